import { canonicalJson } from '../../../runtime/library/external/tool-digest.ts'
import { cleanText } from '../../../generators/importers/openapi/clean-text.ts'
import type { OfferedTool } from '../../model/connection.ts'
import type { JsonSchema } from '../../model/tool-definition.ts'
import { effectOf } from './external-tool.ts'

/** Of a description, in a difference that a model reads. */
const LONGEST_QUOTE = 200

/** In words what is different about a tool, one sentence each. Texts are cleaned: the new ones were allowed by nobody. */
export function describeChange(before: OfferedTool, after: OfferedTool): readonly string[] {
  const found = [
    ...changedText(before.description ?? '', after.description ?? ''),
    ...changedParameters(before.inputSchema, after.inputSchema),
    ...changedPart('output schema', before.outputSchema, after.outputSchema),
    ...changedEffect(before, after),
  ]
  return found.length > 0 ? found : ['Something that is not shown to models is different.']
}

function changedText(before: string, after: string): string[] {
  if (before === after) return []
  const [was, is] = [cleanText(before, LONGEST_QUOTE), cleanText(after, LONGEST_QUOTE)]
  if (was === is) return ['Its description differs where it is not shown: far back, or in hidden characters.']
  return [`Its description was "${was}" and is "${is}".`]
}

function changedParameters(before: JsonSchema, after: JsonSchema): string[] {
  if (canonicalJson(before) === canonicalJson(after)) return []
  const [old, now] = [propertiesOf(before), propertiesOf(after)]
  const added = Object.keys(now).filter((name) => !Object.hasOwn(old, name))
  const removed = Object.keys(old).filter((name) => !Object.hasOwn(now, name))
  const changed = Object.keys(now).filter(
    (name) => Object.hasOwn(old, name) && canonicalJson(old[name]) !== canonicalJson(now[name]),
  )
  const told = [named('new', added), named('gone', removed), named('changed', changed)].filter((each) => each !== '')
  return [told.length > 0 ? `Its parameters: ${told.join('; ')}.` : 'Its input schema is different.']
}

function named(what: string, names: readonly string[]): string {
  const shown = names.slice(0, 10).map((name) => cleanText(name, 60))
  return names.length === 0 ? '' : `${what}: ${shown.join(', ')}${names.length > shown.length ? ', …' : ''}`
}

function propertiesOf({ properties }: JsonSchema): Readonly<Record<string, unknown>> {
  return typeof properties === 'object' && properties !== null ? { ...properties } : {}
}

function changedPart(what: string, before: unknown, after: unknown): string[] {
  const isSame = canonicalJson(before ?? null) === canonicalJson(after ?? null)
  return isSame ? [] : [`Its ${what} is ${after === undefined ? 'gone' : before === undefined ? 'new' : 'different'}.`]
}

function changedEffect(before: OfferedTool, after: OfferedTool): string[] {
  if (canonicalJson(before.annotations ?? {}) === canonicalJson(after.annotations ?? {})) return []
  const [was, is] = [effectOf(before), effectOf(after)]
  return [was === is ? 'Its annotations are different.' : `Its effect was "${was}" and is "${is}", by its own word.`]
}
