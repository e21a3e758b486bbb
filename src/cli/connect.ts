import { connectStdio } from '../../bridge/connect/connect-stdio.ts'
import { type Config, loadConfig } from '../config/load-config.ts'
import { askDaemon } from '../daemon/ask-daemon.ts'
import { ensureDaemon } from '../daemon/ensure-daemon.ts'
import type { ErrorCode } from '../errors/codes.ts'
import { MetaError } from '../errors/meta-error.ts'

interface ServerEndpoint {
  readonly url: string
  readonly token: string
}

/** Carries stdio to a deployed server; the daemon is brought up where there is none. */
export async function connect(server: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const config = loadConfig(environment)
  // A name that is wrong is told at once, not at the client's first call.
  await findEndpoint(server, config, environment)
  await connectStdio({
    input: process.stdin,
    output: process.stdout,
    async endpoint() {
      const { url, token } = await findEndpoint(server, config, environment)
      return { url, headers: { authorization: `Bearer ${token}` } }
    },
  })
  process.exit(0)
}

/** Prints what an HTTP client needs. */
export async function showEndpoint(server: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const { url, token } = await findEndpoint(server, loadConfig(environment), environment)
  const http = { type: 'http', url, headers: { Authorization: `Bearer ${token}` } }
  console.log(JSON.stringify({ mcpServers: { [server]: http } }, null, 2))
}

/** @throws MetaError as the daemon answered: SERVER_UNKNOWN, SERVER_NOT_RUNNING … */
async function findEndpoint(server: string, config: Config, environment: NodeJS.ProcessEnv): Promise<ServerEndpoint> {
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
