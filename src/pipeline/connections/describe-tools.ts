import { cleanLine } from '../../../generators/importers/openapi/clean-text.ts'
import { type Connection, type ConnectionTool, isWanted } from '../../model/connection.ts'
import { effectOf } from './external-tool.ts'

const LONGEST_DESCRIPTION = 120

/** How a tool of a connected server stands. */
export type ConnectionToolState = 'offered' | 'waiting' | 'changed' | 'gone' | 'not chosen'

export interface DescribedTool {
  readonly tool: string
  readonly state: ConnectionToolState
  readonly effect: string
  /** SHA-256 of its definition as it is listed now, or was last. */
  readonly hash: string
  readonly description: string
  /** What it is called in our server, where that was just decided. */
  readonly as?: string
}

/** @param names  in our server, by the upstream's */
export function describeTools(
  connection: Pick<Connection, 'tools'>,
  tools: readonly ConnectionTool[],
  names: Readonly<Record<string, string>> = {},
): readonly DescribedTool[] {
  return tools.flatMap((each) => {
    const shown = each.latest ?? each.pinned
    if (!shown) return []
    const { definition, digest } = shown
    const name = Object.hasOwn(names, each.tool) ? names[each.tool] : undefined
    return [
      {
        tool: cleanLine(each.tool, 100),
        state: name === undefined ? stateOf(connection, each) : 'offered',
        effect: effectOf(definition),
        hash: digest,
        description: cleanLine(definition.description ?? '', LONGEST_DESCRIPTION),
        ...(name !== undefined && { as: name }),
      },
    ]
  })
}

/** The same without definitions. */
export interface ToolDigests {
  readonly tool: string
  readonly pinned?: { readonly digest: string }
  readonly latest?: { readonly digest: string }
}

export function stateOf(
  connection: Pick<Connection, 'tools'>,
  { tool, pinned, latest }: ToolDigests,
): ConnectionToolState {
  if (!latest) return 'gone'
  if (pinned) return pinned.digest === latest.digest ? 'offered' : 'changed'
  return isWanted(connection, tool) ? 'waiting' : 'not chosen'
}
