import { MetaError } from '../errors/meta-error.ts'
import { nearestName } from '../model/names.ts'

/** A server has no tool of this name; the nearest of `names`, and a search for it, are offered. */
export function unknownTool(server: string, name: string, names: readonly string[]): MetaError {
  const near = nearestName(name, names)
  return new MetaError(
    'TOOL_UNKNOWN',
    `Server "${server}" has no tool "${name}".`,
    near ? `Did you mean "${near}"?` : 'search_tools finds its tools.',
    {
      next: { tool: 'search_tools', arguments: { server, query: name.replaceAll('_', ' ') } },
    },
  )
}
