import type { Effect } from '../../../runtime/library/operation.ts'
import type { ToolHints } from './tool-hints.ts'

/**
 * What an operation does: as its method says, unless the description says otherwise.
 * @param tell  is given the reason when the description's word is not taken
 * RFC 9110, section 9.2.1; QUERY is safe as well (draft-ietf-httpbis-safe-method-w-body)
 */
export function effectOf(method: string, hints: ToolHints, tell: (reason: string) => void): Effect {
  const usual = usualEffect(method)
  const wanted = hints.effect ?? effectOfHints(usual, hints)
  if (usual !== 'delete' || wanted !== 'read') return wanted
  // What reads is imported without being named and called without being asked about.
  tell('declared to read only, but its method is DELETE; it stays a delete')
  return usual
}

function usualEffect(method: string): Effect {
  if (method === 'DELETE') return 'delete'
  return ['GET', 'HEAD', 'OPTIONS', 'QUERY'].includes(method) ? 'read' : 'write'
}

function effectOfHints(usual: Effect, { isReadOnly, isDestructive }: ToolHints): Effect {
  if (isReadOnly) return 'read'
  if (isDestructive) return 'delete'
  const isDenied = usual === 'read' ? isReadOnly === false : usual === 'delete' && isDestructive === false
  return isDenied ? 'write' : usual
}
