import { readFileSync } from 'node:fs'
import { openApiImporter } from '../../generators/importers/openapi/openapi-importer.ts'
import { parseDescription } from '../../generators/importers/openapi/parse-description.ts'
import { MetaError } from '../../src/errors/meta-error.ts'
import { problemsOf, sizesOf } from './check-tools.ts'
import { operationPointers } from './count-operations.ts'
import type { Outcome } from './outcome.ts'

/** Where the package's descriptions are taken to be read from: relative servers are resolved against it. */
const ORIGIN = 'https://api.example.com/openapi.json'

/** Reads one description as import_openapi does, then checks all that it gives. */
export async function measureOurs(file: string): Promise<Outcome> {
  const text = readFileSync(file, 'utf8')
  const started = performance.now()
  try {
    const { operations, skipped } = await openApiImporter.read(text, { origin: ORIGIN })
    const ms = performance.now() - started
    const given = new Set(operations.map(({ source }) => source.pointer))
    const asked = operationPointers(parseDescription(text))
    const left = asked.filter((pointer) => !given.has(pointer))
    const reasonFor = (pointer: string) =>
      skipped.find((part) => `${part.pointer}/`.startsWith(`${pointer}/`) || pointer.startsWith(`${part.pointer}/`))
    return {
      kind: 'listed',
      file,
      ms,
      tools: operations.length,
      operations: asked.length,
      skipped: left.flatMap((pointer) => reasonFor(pointer)?.reason ?? []),
      missing: left.filter((pointer) => !reasonFor(pointer)),
      problems: problemsOf(operations),
      ...sizesOf(operations),
    }
  } catch (error) {
    if (error instanceof MetaError) return { kind: 'refused', file, reason: error.message }
    return { kind: 'failed', file, reason: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}
