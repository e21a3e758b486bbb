import path from 'node:path'
import type { Endpoint } from '../../bridge/connect/endpoint-link.ts'
import type { Credentials } from '../../bridge/connect/login/credentials.ts'
import { createLoginStore, type LoginStore } from '../../bridge/connect/login/login-store.ts'
import { openBrowser } from '../../bridge/connect/login/open-browser.ts'
import { createRemoteSend } from '../../bridge/connect/remote-send.ts'
import { watchSleep } from '../../bridge/connect/watch-sleep.ts'
import { defaults } from '../config/defaults.ts'
import { loadConfig } from '../config/load-config.ts'
import { MetaError } from '../errors/meta-error.ts'
import { hostAndPort, hostKey, isLoopback } from '../net/address.ts'
import { egressFetch, egressStreamFetch } from '../net/egress-fetch.ts'
import { createEgress, type Egress } from '../net/egress.ts'
import { readHeaders } from './remote-headers.ts'

/** What a person may say about a server across the network. */
export interface RemoteOptions {
  readonly header?: readonly string[]
  readonly clientId?: string
  /** The name of an environment variable. */
  readonly clientSecretEnv?: string
  readonly clientMetadataUrl?: string
  readonly callbackPort?: string
  readonly scope?: string
  readonly allowHttp?: boolean
}

export interface RemoteServer {
  readonly endpoint: Endpoint
  readonly store: LoginStore
}

/**
 * Puts together the way to a server across the network. Nothing is sent yet.
 * @param signal  ends a login that is under way
 * @throws MetaError ARGUMENTS_INVALID
 */
export function openRemoteServer(
  address: string,
  options: RemoteOptions,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): RemoteServer {
  const config = loadConfig(environment)
  const url = readServerUrl(address, options.allowHttp ?? false)
  const headers = readHeaders(options.header ?? [], environment)
  const store = createLoginStore(path.join(config.home, 'logins'), url.href, options.clientId)
  const egress = createEgress({
    ...config.network,
    // Naming it is the person's leave to reach it, on a private network too.
    allowLocal: new Set([...config.allowLocal, hostAndPort(url)]),
    allowLoopback: isLoopback(url),
  })
  const hasToken = 'authorization' in headers
  const context = { store, egress, environment, signal, callbackPort: readPort(options.callbackPort) }
  const secret = readSecret(options.clientSecretEnv, environment)
  const credentials = () => openCredentials(url.href, options, { ...context, secret })
  const send = createRemoteSend({
    url: url.href,
    headers,
    fetch: egressStreamFetch(egress, { hosts: new Set([hostKey(url)]), redirects: 3 }),
    loginAnswerMs: defaults.login.answerMs,
    onWake: (restartStreams) => void watchSleep(restartStreams),
    ...(!hasToken && { credentials }),
  })
  return { endpoint: { url: url.href, headers: {}, send }, store }
}

/** Whether an argument is an address rather than the name of a deployed server. */
export function isAddress(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:/i.test(text)
}

interface LoginContext {
  readonly store: LoginStore
  readonly egress: Egress
  readonly environment: NodeJS.ProcessEnv
  readonly signal: AbortSignal
  readonly callbackPort: number | undefined
  readonly secret: string | undefined
}

/** OAuth is loaded when a server first wants it. */
async function openCredentials(
  serverUrl: string,
  options: RemoteOptions,
  { egress, environment, secret, ...context }: LoginContext,
): Promise<Credentials> {
  const { createCredentials } = await import('../../bridge/connect/login/credentials.ts')
  const { timeoutMs, metadataBytes, personMs } = defaults.login
  return createCredentials({
    ...context,
    serverUrl,
    fetch: egressFetch(egress, { hosts: 'any', timeoutMs, answerBytes: metadataBytes, redirects: 0 }),
    openBrowser: async (url) => hasBrowser(environment) && (await openBrowser(url)),
    tell: (line) => console.error(line),
    identity: {
      id: options.clientId,
      secret,
      metadataUrl: options.clientMetadataUrl,
    },
    scope: options.scope,
    loginMs: personMs,
    now: Date.now,
  })
}

function readServerUrl(address: string, allowHttp: boolean): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new MetaError('ARGUMENTS_INVALID', `"${address}" is not a web address.`, 'Give an https:// address.')
  }
  if (url.username || url.password) {
    throw new MetaError(
      'ARGUMENTS_INVALID',
      `The address of "${url.host}" holds a user name or password.`,
      "Leave it out, and give --header 'Authorization: ${NAME_OF_A_VARIABLE}' where the server wants one.",
    )
  }
  if (url.protocol === 'http:' && !isLoopback(url) && !allowHttp) {
    throw new MetaError(
      'ARGUMENTS_INVALID',
      `"${url.origin}" is plain http: everyone on the way could read the tokens.`,
      'Use its https:// address, or add --allow-http if the network between is yours.',
    )
  }
  // A fragment is never sent, and a resource identifier has none (RFC 8707, section 2).
  url.hash = ''
  return url
}

function readPort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const port = Number(text)
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return port
  throw new MetaError('ARGUMENTS_INVALID', `--callback-port is "${text}".`, 'Give a port from 1 to 65535.')
}

function readSecret(name: string | undefined, environment: NodeJS.ProcessEnv): string | undefined {
  if (name === undefined) return undefined
  const secret = environment[name]
  if (secret) return secret
  throw new MetaError(
    'ARGUMENTS_INVALID',
    `--client-secret-env names "${name}", which is not set.`,
    'Set that environment variable to the secret, in the "env" of the client configuration for example.',
  )
}

/** Linux has an opener without a desktop too, and it fails late or opens a text browser on the client's terminal. */
function hasBrowser(environment: NodeJS.ProcessEnv): boolean {
  if (process.platform !== 'linux') return true
  return Boolean(environment.DISPLAY || environment.WAYLAND_DISPLAY || environment.BROWSER)
}
