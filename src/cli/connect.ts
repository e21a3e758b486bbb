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
}

interface ServerEndpoint {
  readonly url: string
  readonly token: string
}

/** Carries stdio to a server: of this machine by its name, or of any other by its address. */
export async function connect(
  server: string,
  options: ConnectCommandOptions,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  if (isAddress(server)) await connectRemote(server, options, environment)
  else await connectDeployed(server, environment)
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
async function connectDeployed(server: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const config = loadConfig(environment)
  // A name that is wrong is told at once, not at the client's first call.
  const installation = watchInstallation(config.home)
  await findEndpoint(server, config, environment)
  await connectStdio({
    input: process.stdin,
    output: process.stdout,
    async endpoint() {
      installation.refuseIfGone()
      const { url, token } = await findEndpoint(server, config, environment)
      installation.noteUse()
      return { url, headers: { authorization: `Bearer ${token}` } }
    },
  })
}

function readTransport(text: string | undefined): Transport {
  if (text === undefined) return 'auto'
  const transport = TRANSPORTS.find((known) => known === text)
  if (transport) return transport
  throw new MetaError('ARGUMENTS_INVALID', `--transport is "${text}".`, `Give ${TRANSPORTS.join(', ')}.`)
}

/** Prints what an HTTP client needs. */
export async function showEndpoint(server: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const { url, token } = await findEndpoint(server, loadConfig(environment), environment)
  const http = { type: 'http', url, headers: { Authorization: `Bearer ${token}` } }
  console.log(JSON.stringify({ mcpServers: { [server]: http } }, null, 2))
}

/** @throws MetaError as the daemon answered: SERVER_UNKNOWN, SERVER_NOT_RUNNING … */
export async function findEndpoint(
  server: string,
  config: Config,
  environment: NodeJS.ProcessEnv,
): Promise<ServerEndpoint> {
  const daemon = await ensureDaemon(config, environment)
  const answer = await askDaemon(daemon, `/servers/${encodeURIComponent(server)}/endpoint`, { timeoutMs: 20_000 })
  const body: { url?: string; token?: string; title?: string; detail?: string; fix?: string } = {
    ...Object(answer?.body),
  }
  if (answer?.status === 200 && body.url && body.token) return { url: body.url, token: body.token }
  // Our own daemon writes its errors as problem+json with a code of the list.
  const code = (body.title ?? 'DAEMON_UNAVAILABLE') as ErrorCode
  throw new MetaError(code, body.detail ?? 'The daemon did not answer.', body.fix ?? 'Run "mcpwright doctor".')
}
