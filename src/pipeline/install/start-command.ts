import path from 'node:path'
import type { StartCommand } from '../../clients/client.ts'
import { packageRoot } from '../../config/package-root.ts'

/**
 * How a client reaches a deployed server: the launcher by its absolute path, since desktop clients have no PATH of a
 * shell. `connect` brings the daemon up and finds port and token itself, so that nothing here goes stale.
 */
export function connectCommand(server: string): StartCommand {
  const launcher = path.join(packageRoot(), 'bin', 'mcpwright.cjs')
  return { name: server, command: 'node', args: [launcher, 'connect', server] }
}
