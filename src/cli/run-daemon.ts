import { loadConfig } from '../config/load-config.ts'
import { MetaError } from '../errors/meta-error.ts'
import { toTerminal } from '../errors/render.ts'
import { takeHeadStart } from '../daemon/head-start.ts'
import { TRY_AGAIN_EXIT_CODE } from '../service/service-plan.ts'

/**
 * Runs the daemon in this process until it leaves. The loser of a start race leaves quietly.
 * @param stays  for a service manager: it does not leave for want of work, and a loser asks to be started again
 */
export async function runDaemon(environment: NodeJS.ProcessEnv, { stays = false } = {}): Promise<void> {
  const read = loadConfig(environment)
  const config = stays ? { ...read, idleLeaveMs: Infinity } : read
  try {
    // A new database takes longer to make than the rest takes to load, and loading holds up all that has not begun.
    const headStart = takeHeadStart(config)
    const { startDaemon } = await import('../main.ts')
    const daemon = await startDaemon(config, headStart)
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => daemon.drain())
    console.error(`${new Date().toISOString()} mcpwright listens on ${daemon.baseUrl} (pid ${process.pid})`)
    await daemon.done
    process.exit(0)
  } catch (error) {
    if (error instanceof MetaError && error.code === 'DATA_DIRECTORY_LOCKED')
      process.exit(stays ? TRY_AGAIN_EXIT_CODE : 0)
    console.error(toTerminal(error), error)
    process.exit(1)
  }
}
