import { MetaError } from '../errors/meta-error.ts'
import { changingEffect, isReadingMethod } from '../model/reading-method.ts'
import type { Effect } from '../model/tool-definition.ts'

/**
 * Holds code to its word: clients call what says that it only reads without asking anybody.
 * @param name  of the tool, resource or prompt
 * @throws MetaError FORBIDDEN
 */
export function refuseChange(name: string, effect: Effect, method: string): void {
  if (effect !== 'read' || isReadingMethod(method)) return
  throw new MetaError(
    'FORBIDDEN',
    `"${name}" says that it only reads, so it may not send ${method}. Nothing was sent.`,
    `Give a tool that does so the effect "${changingEffect(method)}", with add_tool and replace: true.`,
  )
}
