import path from 'node:path'
import type { StartCommand } from '../clients/client.ts'
import { lastingRoot, makeLastingCopy } from '../config/lasting-copy.ts'
import { loadConfig } from '../config/load-config.ts'
import { type OwnLaunch, ownLaunch } from '../config/own-launch.ts'
import { packageRoot } from '../config/package-root.ts'
import { ownVersion } from '../daemon/version.ts'

/** What a client starts to have mcpwright itself. */
export function metaServerCommand(environment: NodeJS.ProcessEnv): StartCommand {
  const { node, launcher } = lastingLaunch(environment)
  return { name: 'mcpwright', command: node, args: [launcher], ...chosenHome(environment) }
}

/** What a client starts to have a deployed server. */
export function deployedServerCommand(server: string, environment: NodeJS.ProcessEnv): StartCommand {
  const { node, launcher } = lastingLaunch(environment)
  return { name: server, command: node, args: [launcher, 'connect', server], ...chosenHome(environment) }
}

/** Node and launcher where they stay, also when a package runner has started this process. */
export function lastingLaunch(environment: NodeJS.ProcessEnv): OwnLaunch {
  const root = packageRoot()
  const { node, launcher } = ownLaunch({ pathVariable: environment['PATH'] ?? '' })
  const [modules, lasting] = [root, lastingRoot(root, ownVersion(), loadConfig(environment).home)].map(path.dirname)
  const move = (file: string): string =>
    modules && lasting && file.startsWith(modules + path.sep) ? lasting + file.slice(modules.length) : file
  return { node: move(node), launcher: move(launcher) }
}

/** Makes what `lastingLaunch` names, where it is not there yet. */
export async function keepLaunch(environment: NodeJS.ProcessEnv): Promise<void> {
  await makeLastingCopy(packageRoot(), ownVersion(), loadConfig(environment).home)
}

/** A client has not the environment of this shell, and would find other data without it. */
function chosenHome(environment: NodeJS.ProcessEnv): Pick<StartCommand, 'env'> {
  return environment['MCPWRIGHT_HOME'] ? { env: { MCPWRIGHT_HOME: loadConfig(environment).home } } : {}
}
