import { existsSync } from 'node:fs'
import type { StartCommand } from '../../clients/client.ts'
import { lastingLaunch, lastingRoot } from '../../config/lasting-copy.ts'
import { type OwnLaunch, ownLaunch } from '../../config/own-launch.ts'
import { packageRoot } from '../../config/package-root.ts'
import { ownVersion } from '../../daemon/version.ts'

/**
 * How a client reaches a deployed server: Node and the launcher by their absolute paths, since desktop clients have no
 * PATH of a shell. `connect` brings the daemon up and finds port and token itself, so that nothing here goes stale.
 */
export function connectCommand(server: string, { node, launcher }: OwnLaunch): StartCommand {
  return { name: server, command: node, args: [launcher, 'connect', server] }
}

/** What can be started now: the copy that stays, where a package runner runs us and that copy was made. */
export function presentLaunch(home: string): OwnLaunch {
  const [root, version] = [packageRoot(), ownVersion()]
  return existsSync(lastingRoot(root, version, home)) ? lastingLaunch(root, version, home) : ownLaunch()
}
