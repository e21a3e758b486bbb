import { type Machine, thisMachine } from '../config/machine.ts'
import { loadConfig } from '../config/load-config.ts'
import { putEntries, takeEntries } from './client-entries.ts'
import { findEndpoint } from './connect.ts'
import { deployedServerCommand, keepLaunch } from './launch-command.ts'
import { openTerminal, type Terminal } from './terminal.ts'

export interface InstallOptions {
  readonly client?: readonly string[]
  readonly yes?: boolean
  readonly force?: boolean
  readonly remove?: boolean
}

/**
 * Adds a deployed server to clients of this machine, or takes it away again.
 * @returns the exit code: 1 when a file was left that should have been changed
 * @throws MetaError SERVER_UNKNOWN, SERVER_NOT_RUNNING, as the daemon says before anything is written
 */
export async function install(
  server: string,
  { client: words = [], yes, force, remove }: InstallOptions,
  environment: NodeJS.ProcessEnv,
  terminal: Terminal = openTerminal(),
  machine: Machine = thisMachine(environment),
): Promise<number> {
  const request = { words, yes, force, terminal, machine }
  if (remove) {
    // mcpwright is not asked: the server may be gone there already.
    const { refused } = await takeEntries((own) => own.starts === 'server' && own.server === server, request)
    return refused > 0 ? 1 : 0
  }
  await findEndpoint(server, loadConfig(environment), environment)
  const { changed, refused } = await putEntries(deployedServerCommand(server, environment), request, () =>
    keepLaunch(environment, terminal),
  )
  const titles = [...new Set(changed.map(({ client }) => client.title))].join(', ')
  if (changed.length > 0) terminal.say(`\nNext: restart ${titles}; "${server}" is among its servers then.`)
  return refused > 0 ? 1 : 0
}
