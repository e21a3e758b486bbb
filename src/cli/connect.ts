import { connectStdio } from '../../bridge/connect/connect-stdio.ts'
import { backOff } from '../../bridge/connect/retry-policy.ts'
import { type Transport, TRANSPORTS } from '../../bridge/connect/remote-session.ts'
import { type Config, loadConfig } from '../config/load-config.ts'
import { askDaemon } from '../daemon/ask-daemon.ts'
import { ensureDaemon } from '../daemon/ensure-daemon.ts'
import { watchInstallation } from '../daemon/uninstalled.ts'
import type { ErrorCode } from '../errors/codes.ts'
import { MetaError } from '../errors/meta-error.ts'
import { isAddress, openRemoteServer, type RemoteOptions } from './remote-server.ts'

export interface ConnectCommandOptions extends RemoteOptions {
  readonly transport?: string
  readonly target?: string
}

interface ServerEndpoint {
  /** `local`, or where else it was deployed. */
  readonly target: string
  readonly url: string
  /** Absent where none is asked for, or somebody else gives it out. */
  readonly token?: string
}

/** Carries stdio to a server: of this machine by its name, or of any other by its address. */
export async function connect(
  server: string,
  options: ConnectCommandOptions,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  if (isAddress(server)) await connectRemote(server, options, environment)
  else await connectDeployed(server, options, environment)
  process.exit(0)
}

async function connectRemote(
  address: string,
  options: ConnectCommandOptions,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const leaving = new AbortController()
  const transport = readTransport(options.transport)
  const { endpoint } = openRemoteServer(address, options, environment, leaving.signal)
  await connectStdio({
    input: process.stdin,
    output: process.stdout,
    endpoint: () => Promise.resolve(endpoint),
    retry: backOff(),
    remote: { transport, warn: (line) => console.error(line) },
  })
  leaving.abort(new Error('The client has left.'))
}

/** The daemon is brought up where there is none. */
async function connectDeployed(
  server: string,
  options: ConnectCommandOptions,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const config = loadConfig(environment)
  // A name that is wrong is told at once, not at the client's first call.
  const installation = watchInstallation(config.home)
  const found = await findEndpoint(server, config, environment, options.target)
  if (found.target !== 'local') {
    const header = [...(options.header ?? []), ...headersOf(found).map(([name, value]) => `${name}: ${value}`)]
    return connectRemote(found.url, { ...options, header }, environment)
  }
  await connectStdio({
    input: process.stdin,
    output: process.stdout,
    async endpoint() {
      installation.refuseIfGone()
      const local = await findEndpoint(server, config, environment, 'local')
      installation.noteUse()
      return { url: local.url, headers: Object.fromEntries(headersOf(local)) }
    },
  })
}

function headersOf({ token }: ServerEndpoint): readonly (readonly [string, string])[] {
  return token === undefined ? [] : [['authorization', `Bearer ${token}`]]
}

function readTransport(text: string | undefined): Transport {
  if (text === undefined) return 'auto'
  const transport = TRANSPORTS.find((known) => known === text)
  if (transport) return transport
  throw new MetaError('ARGUMENTS_INVALID', `--transport is "${text}".`, `Give ${TRANSPORTS.join(', ')}.`)
}

/** Prints what an HTTP client needs. */
export async function showEndpoint(
  server: string,
  { target }: Pick<ConnectCommandOptions, 'target'>,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const { url, token } = await findEndpoint(server, loadConfig(environment), environment, target)
  const http = { type: 'http', url, ...(token !== undefined && { headers: { Authorization: `Bearer ${token}` } }) }
  console.log(JSON.stringify({ mcpServers: { [server]: http } }, null, 2))
}

/** @throws MetaError as the daemon answered: SERVER_UNKNOWN, SERVER_NOT_RUNNING … */
export async function findEndpoint(
  server: string,
  config: Config,
  environment: NodeJS.ProcessEnv,
  target?: string,
): Promise<ServerEndpoint> {
  const daemon = await ensureDaemon(config, environment)
  const query = target === undefined ? '' : `?target=${encodeURIComponent(target)}`
  const path = `/servers/${encodeURIComponent(server)}/endpoint${query}`
  const answer = await askDaemon(daemon, path, { timeoutMs: 20_000 })
  const body: Partial<ServerEndpoint> & { title?: string; detail?: string; fix?: string } = { ...Object(answer?.body) }
  if (answer?.status === 200 && body.url && body.target) {
    return { target: body.target, url: body.url, ...(body.token && { token: body.token }) }
  }
  // Our own daemon writes its errors as problem+json with a code of the list.
  const code = (body.title ?? 'DAEMON_UNAVAILABLE') as ErrorCode
  throw new MetaError(code, body.detail ?? 'The daemon did not answer.', body.fix ?? 'Run "mcpwright doctor".')
}
