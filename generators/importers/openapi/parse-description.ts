import { LineCounter, parseDocument } from 'yaml'

import { MetaError } from '../../../src/errors/meta-error.ts'

/** More aliases than people write; `yaml` refuses documents whose aliases multiply beyond it. */
const MOST_ALIASES = 1_000

/**
 * Reads JSON or YAML.
 * @throws MetaError DESCRIPTION_UNREADABLE with the line and column of the first fault
 */
export function parseDescription(text: string): unknown {
  const trimmed = text.trimStart().replace(/^\uFEFF/, '')
  if (trimmed.startsWith('{') || trimmed.startsWith('[')) {
    try {
      return JSON.parse(trimmed)
    } catch (error) {
      // YAML may begin with a brace too; only what it refuses as well is unreadable.
      if (trimmed.length > 2_000_000) throw unreadable(positionInJson(error, trimmed), error)
    }
  }
  return parseYaml(text)
}

function parseYaml(text: string): unknown {
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

/** V8 writes "… at position 17 (line 1 column 18)". */
function positionInJson(error: unknown, text: string): string {
  const message = error instanceof Error ? error.message : ''
  const position = Number(/position (\d+)/.exec(message)?.[1] ?? text.length)
  const before = text.slice(0, position)
  const line = before.split('\n').length
  return `line ${line}, column ${position - before.lastIndexOf('\n')}: ${message.split(' at position')[0] ?? 'not JSON'}`
}
