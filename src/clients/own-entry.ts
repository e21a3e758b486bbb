/** What an entry of ours starts: mcpwright itself, or a server that it deployed. */
export type OwnEntry = { readonly starts: 'mcpwright' } | { readonly starts: 'server'; readonly server: string }

const LAUNCHER = /(?:^|[\\/])mcpwright(?:\.cjs|\.cmd)?$/

/**
 * Recognizes an entry by what it starts, so that one pasted by hand counts too: our launcher, or the `mcpwright` of a
 * global installation or a package runner, alone or with `connect` and a server.
 * @returns undefined for anything else, which is somebody else's
 */
export function readOwnEntry(entry: unknown): OwnEntry | undefined {
  const { command, args = [] }: { command?: unknown; args?: unknown } = { ...Object(entry) }
  if (typeof command !== 'string' || !isWords(args)) return undefined
  const words = [command, ...args]
  const launcher = words.findIndex((word) => LAUNCHER.test(word))
  if (launcher === -1) return undefined
  const [verb, server, ...more] = words.slice(launcher + 1)
  if (verb === undefined) return { starts: 'mcpwright' }
  return verb === 'connect' && server !== undefined && more.length === 0 ? { starts: 'server', server } : undefined
}

function isWords(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((word) => typeof word === 'string')
}
