import { loadConfig } from '../config/load-config.ts'
import { askDaemon } from '../daemon/ask-daemon.ts'
import type { DaemonRecord } from '../daemon/daemon-file.ts'
import { daemonLog, ensureDaemon, findDaemon } from '../daemon/ensure-daemon.ts'
import { clientConfigurations } from './client-configurations.ts'
import { describeServers } from './status.ts'

/** Makes sure that the daemon runs, and prints its state, addresses, the next step and clients' configurations. */
export async function start(environment: NodeJS.ProcessEnv): Promise<void> {
  const config = loadConfig(environment)
  for (const warning of config.warnings) console.error(warning)
  const wasRunning = (await findDaemon(config)) !== undefined
  const daemon = await ensureDaemon(config, environment)
  const url = `http://127.0.0.1:${daemon.port}/mcp`
  console.log(
    [
      `mcpwright ${daemon.version} ${wasRunning ? 'is running' : 'has started'} (pid ${daemon.pid}).`,
      `  MCP     ${url}`,
      `  Upload  http://127.0.0.1:${daemon.port}/upload-openapi`,
      `  Data    ${config.databaseUrl ? 'PostgreSQL' : config.home}`,
      `  Log     ${daemonLog(config)}`,
      '',
      await serverLines(daemon),
      '',
      'Next: add mcpwright to your MCP client, then say "make me a server for this API".',
      '',
      clientConfigurations({ url, token: daemon.token }),
      '',
      'End it with: npx mcpwright stop',
    ].join('\n'),
  )
  process.exit(0)
}

async function serverLines(daemon: DaemonRecord): Promise<string> {
  const answer = await askDaemon(daemon, '/servers', { timeoutMs: 10_000 })
  return answer?.status === 200 ? describeServers(answer.body) : 'The database is still being opened.'
}
