import { MetaError } from '../../../src/errors/meta-error.ts'
import type { SkippedPart } from '../../../src/model/tool-definition.ts'
import { DocumentDraft } from './document-draft.ts'
import { asList, asRecord, asText, asWord, kindOf, property } from './json-value.ts'
import { findLocations } from './json-path.ts'
import { parseDescription } from './parse-description.ts'

/** Places that one overlay may change, all its actions together. */
const MOST_CHANGES = 50_000

/**
 * Applies an overlay to a description, action after action.
 * @param text  an OpenAPI Overlay 1.0 document, JSON or YAML
 * @returns the changed copy; `skipped` names each action that changed nothing, with its pointer in the overlay
 * @throws MetaError OVERLAY_INVALID when the text is no overlay
 * https://spec.openapis.org/overlay/v1.0.0.html
 */
export function applyOverlay(
  description: unknown,
  text: string,
): { readonly description: unknown; readonly skipped: readonly SkippedPart[] } {
  const draft = new DocumentDraft(description)
  const skipped: SkippedPart[] = []
  let changes = 0
  for (const [index, value] of readActions(text).entries()) {
    const outcome = applyAction(draft, value, MOST_CHANGES - changes)
    if ('reason' in outcome) skipped.push({ pointer: `overlay#/actions/${index}`, reason: outcome.reason })
    else changes += outcome.changes
    if (changes >= MOST_CHANGES) throw tooManyChanges(index)
  }
  return { description: draft.value, skipped }
}

function readActions(text: string): readonly unknown[] {
  const overlay = asRecord(parseOverlay(text))
  const version = asWord(property(overlay, 'overlay'))
  const actions = property(overlay, 'actions')
  if (!overlay || version === undefined || !Array.isArray(actions)) {
    throw invalid('It is no overlay; expected an object with "overlay": "1.0.0", "info" and a list of "actions".')
  }
  if (!/^1(\.|$)/.test(version)) {
    throw invalid(`It follows version "${version.slice(0, 20)}". Versions that can be applied: 1.0 and 1.1.`)
  }
  return asList(actions)
}

function parseOverlay(text: string): unknown {
  try {
    return parseDescription(text)
  } catch (error) {
    if (!(error instanceof MetaError)) throw error
    throw invalid(error.message.replace('The description', 'It'), error)
  }
}

type Outcome = { readonly changes: number } | { readonly reason: string }

function applyAction(draft: DocumentDraft, value: unknown, limit: number): Outcome {
  const action = asRecord(value)
  const target = asText(property(action, 'target'))
  if (!action || target === undefined) {
    return { reason: `expected an action with a "target", found ${kindOf(action ? action.target : value)}` }
  }
  const removes = property(action, 'remove') === true
  const update = property(action, 'update')
  if (!removes && update === undefined) return { reason: 'has neither "update" nor "remove": true' }
  const found = find(target, draft.value, limit)
  if ('reason' in found) return found
  if (found.locations.length === 0) return { reason: `matches nothing: ${target.slice(0, 200)}` }
  // From the end: removing a list's item moves those behind it.
  if (removes) for (const location of found.locations.toReversed()) draft.remove(location)
  else for (const location of found.locations) draft.merge(location, update)
  return { changes: found.locations.length }
}

function find(
  target: string,
  root: unknown,
  limit: number,
): { locations: ReturnType<typeof findLocations> } | { reason: string } {
  try {
    return { locations: findLocations(target, root, limit) }
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    return { reason: `"target" cannot be searched for: ${detail.slice(0, 200)}` }
  }
}

function invalid(detail: string, cause?: unknown): MetaError {
  return new MetaError(
    'OVERLAY_INVALID',
    `The overlay cannot be applied. ${detail}`,
    'Correct the overlay and import again, or leave it out.',
    { cause },
  )
}

function tooManyChanges(index: number): MetaError {
  return invalid(`Its actions, up to number ${index}, change ${MOST_CHANGES} places or more, which is the limit.`)
}
