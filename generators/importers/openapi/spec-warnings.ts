import type { OpenAPI } from 'openapi-types'
import { expandedSize } from './expanded-size.ts'

/** Larger descriptions are not checked: the check dereferences all of it, which takes seconds and hundreds of MB. */
const LARGEST_CHARACTERS = 512 * 1024
/** Values, with all references replaced by what they name: the check walks through every one of them. */
const LARGEST_EXPANSION = 200_000
const MOST_WARNINGS = 10

/**
 * Where a description departs from its specification, one sentence each. It is imported all the same: these tell the
 * one who keeps the description. Nothing outside the document is read.
 */
export async function specWarnings(document: unknown, characters: number): Promise<readonly string[]> {
  if (characters > LARGEST_CHARACTERS || expandedSize(document) > LARGEST_EXPANSION) return []
  const { default: SwaggerParser } = await import('@apidevtools/swagger-parser')
  try {
    // The parser changes what it is given, and the importer goes on with the original.
    await SwaggerParser.validate(structuredClone(document) as OpenAPI.Document, {
      resolve: { external: false, file: false, http: false },
      dereference: { circular: 'ignore' },
      validate: { schema: true, spec: true },
    })
    return []
  } catch (error) {
    return readProblems(error)
  }
}

/** The parser's error holds ajv's findings in `details`, or says it all in its message. */
function readProblems(error: unknown): readonly string[] {
  const details = typeof error === 'object' && error !== null && 'details' in error ? error.details : undefined
  if (!Array.isArray(details)) return [error instanceof Error ? firstLine(error.message) : String(error)]
  const sentences = details.map((detail: { instancePath?: string; message?: string }) =>
    `${detail.instancePath ?? ''} ${detail.message ?? ''}`.trim(),
  )
  return [...new Set(sentences)].slice(0, MOST_WARNINGS)
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]?.slice(0, 300) ?? ''
}
