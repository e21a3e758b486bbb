import { CORE_SCHEMA, load, mergeTag, Schema, YAMLException } from 'js-yaml'

import { MetaError } from '../../../src/errors/meta-error.ts'
import { refuseMultipliedAliases } from './alias-budget.ts'
import { findJsonFault } from './find-json-fault.ts'
import { refuseCostlyJson, refuseCostlyYaml } from './text-budget.ts'

/** YAML 1.2 with the merge key `<<`, which many descriptions use. */
const SCHEMA = new Schema([...CORE_SCHEMA.tags, mergeTag])

/** `json`: of a repeated key the last counts, as in JSON. Depth is of the text; aliases may not nest without end. */
const YAML_LIMITS = { json: true, maxDepth: 1_000, maxAliases: 10_000, maxTotalMergeKeys: 100_000 }

/** A broken JSON text may still be YAML (a comma too many, say), which is slow to find out for a large one. */
const LARGEST_SECOND_LOOK = 2_000_000

/**
 * Reads JSON or YAML.
 * @throws MetaError DESCRIPTION_UNREADABLE with the line and column of the first fault, DESCRIPTION_TOO_LARGE
 */
export function parseDescription(text: string): unknown {
  if (!/^\s*[{[]/.test(text)) return parseYaml(text)
  refuseCostlyJson(text)
  try {
    return JSON.parse(text.trimStart())
  } catch (error) {
    if (text.length > LARGEST_SECOND_LOOK) throw unreadable(jsonFault(text), error)
    try {
      return parseYaml(text)
    } catch {
      throw unreadable(jsonFault(text), error)
    }
  }
}

function jsonFault(text: string): string {
  const { line, column, found } = findJsonFault(text)
  return `line ${line}, column ${column}: unexpected ${found}`
}

function parseYaml(text: string): unknown {
  refuseCostlyYaml(text)
  const document = loadYaml(text)
  refuseMultipliedAliases(document)
  return document
}

function loadYaml(text: string): unknown {
  try {
    return load(text, { schema: SCHEMA, ...YAML_LIMITS })
  } catch (error) {
    if (!(error instanceof YAMLException) || !error.mark) throw unreadable(String(error), error)
    const { line, column } = error.mark
    throw unreadable(`line ${line + 1}, column ${column + 1}: ${error.reason}`, error)
  }
}

function unreadable(detail: string, cause: unknown): MetaError {
  return new MetaError(
    'DESCRIPTION_UNREADABLE',
    `The description is neither JSON nor YAML that can be read: ${detail}.`,
    'Correct the text at that place and import it again. If it was downloaded, check that the address gives the description itself and not a web page.',
    { cause },
  )
}
