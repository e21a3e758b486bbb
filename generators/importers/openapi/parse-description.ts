import { LineCounter, parseDocument } from 'yaml'

import { findJsonFault } from './find-json-fault.ts'
import { MetaError } from '../../../src/errors/meta-error.ts'
import { refuseCostlyJson, refuseCostlyYaml } from './text-budget.ts'

/** More aliases than people write; `yaml` refuses documents whose aliases multiply beyond it. */
const MOST_ALIASES = 1_000

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
  const lineCounter = new LineCounter()
  try {
    const document = parseDocument(text, { lineCounter, prettyErrors: false, logLevel: 'silent', uniqueKeys: false })
    const [fault] = document.errors
    if (fault) {
      const { line, col } = lineCounter.linePos(fault.pos[0])
      throw unreadable(`line ${line}, column ${col}: ${fault.message}`, fault)
    }
    return document.toJS({ maxAliasCount: MOST_ALIASES })
  } catch (error) {
    if (error instanceof MetaError) throw error
    // The rest are its own limits: too many aliases, or nesting that overflows the stack.
    throw unreadable(error instanceof Error ? error.message : String(error), error)
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
