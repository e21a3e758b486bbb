import { withoutSmuggled } from '../../runtime/library/hidden-text.ts'
import type { Effect } from '../model/tool-definition.ts'
import type { MetaCall } from './meta-tool.ts'

/** A call of a tool that reaches the real API. */
export interface RealCall {
  readonly server: string
  readonly tool: string
  readonly effect: Effect
  readonly arguments: Readonly<Record<string, unknown>>
}

/**
 * Asks the person before a tool changes or destroys something, whichever meta tool calls it.
 * @throws MetaError CONFIRMATION_NEEDED, CONFIRMATION_DECLINED
 */
export async function askBeforeCall(call: RealCall, confirm: MetaCall['confirm']): Promise<void> {
  if (call.effect === 'read') return
  await confirm(questionOf(call), call.effect === 'delete' ? 'destroys' : 'changes')
}

/** More than a person reads before a yes or no; the inbox shows the rest. */
const SHOWN_CHARACTERS = 200

/** What is to be deleted stands in the arguments: without them nobody could answer. */
function questionOf({ server, tool, effect, arguments: given }: RealCall): string {
  const text = withoutSmuggled(JSON.stringify(given))
  const shown = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text
  return `Call "${tool}" of "${server}" with ${shown} (effect: ${effect})?`
}
