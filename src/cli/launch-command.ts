import type { StartCommand } from '../clients/client.ts'
import { appFolder, lastingLaunch, makeLastingCopy } from '../config/lasting-copy.ts'
import { loadConfig } from '../config/load-config.ts'
import type { OwnLaunch } from '../config/own-launch.ts'
import { packageRoot } from '../config/package-root.ts'
import { isInRunnerCache } from '../config/runner-cache.ts'
import { ownVersion } from '../daemon/version.ts'
import { connectCommand } from '../pipeline/install/start-command.ts'
import type { Terminal } from './terminal.ts'

/** What a client starts to have mcpwright itself. */
export function metaServerCommand(environment: NodeJS.ProcessEnv): StartCommand {
  const { node, launcher } = launchOf(environment)
  return { name: 'mcpwright', command: node, args: [launcher], ...chosenHome(environment) }
}

/** What a client starts to have a deployed server. */
export function deployedServerCommand(server: string, environment: NodeJS.ProcessEnv): StartCommand {
  return { ...connectCommand(server, launchOf(environment)), ...chosenHome(environment) }
}

/** Node and launcher where they stay, also when a package runner has started this process. */
export function launchOf(environment: NodeJS.ProcessEnv): OwnLaunch {
  return lastingLaunch(packageRoot(), ownVersion(), loadConfig(environment).home, environment['PATH'])
}

/** Makes what `launchOf` names, where it is not there yet: the copy of what a package runner will remove. */
export async function keepLaunch(environment: NodeJS.ProcessEnv, terminal: Terminal): Promise<void> {
  const { home } = loadConfig(environment)
  if (isInRunnerCache(packageRoot())) terminal.say(`A copy of mcpwright that stays is kept in ${appFolder(home)}.`)
  await makeLastingCopy(packageRoot(), ownVersion(), home)
}

/** A client has not the environment of this shell, and would find other data without it. */
function chosenHome(environment: NodeJS.ProcessEnv): Pick<StartCommand, 'env'> {
  return environment['MCPWRIGHT_HOME'] ? { env: { MCPWRIGHT_HOME: loadConfig(environment).home } } : {}
}
