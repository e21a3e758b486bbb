import { loadConfig } from '../config/load-config.ts'
import { startDaemon } from '../main.ts'
import { clientConfigurations } from './client-configurations.ts'
import { metaServerCommand } from './launch-command.ts'

/** Runs the daemon in the foreground until it is told to end. @throws MetaError DATA_DIRECTORY_LOCKED */
export async function serve(environment: NodeJS.ProcessEnv): Promise<void> {
  const config = loadConfig(environment)
  for (const warning of config.warnings) console.error(warning)
  const daemon = await startDaemon(config)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => daemon.drain())
  const url = `${daemon.baseUrl}/mcp`
  console.log(
    `mcpwright serves ${url} (Ctrl-C ends it).\n\n${clientConfigurations(metaServerCommand(environment), { url, token: daemon.token })}`,
  )
  await daemon.done
  process.exit(0)
}
