import { readAllServers } from './list-servers.ts'
import { runTool, type RunOptions } from './run-tool.ts'

/**
 * Builds anew and deploys each server that runs on an older runtime library. One whose build or tests fail keeps
 * running as it was; one with changes that were not deployed is left alone, since those would go along.
 * @returns the exit code: 1 when one was left as it was
 */
export async function deployOutdated(options: RunOptions): Promise<number> {
  const { servers } = await readAllServers({}, { ...options, json: false })
  const outdated = servers.filter((server) => server.outdated)
  const left: string[] = []
  for (const { name, changed, outdated: outdatedOn } of outdated) {
    if (changed) console.error(`"${name}" has changes that were not deployed: mcpwright deploy ${name}`)
    const codes = changed ? [1] : await deployTo(outdatedOn ?? [], name, options)
    if (codes.some((code) => code !== 0)) left.push(name)
  }
  if (options.json) return left.length > 0 ? 1 : 0
  const renewed = outdated.length - left.length
  options.terminal.say(
    outdated.length === 0
      ? 'Every server runs on the runtime library of this mcpwright.'
      : `${renewed} of ${outdated.length} renewed.${left.length > 0 ? ` As they were: ${left.join(', ')}.` : ''}`,
  )
  return left.length > 0 ? 1 : 0
}

/** Each where it runs already, one after the other. */
async function deployTo(targets: readonly string[], server: string, options: RunOptions): Promise<number[]> {
  const codes: number[] = []
  for (const target of targets) codes.push(await runTool('deploy', { server, target }, options))
  return codes
}
