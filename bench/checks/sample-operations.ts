import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { importers } from '../../generators/importers/index.ts'
import type { ApiOperation } from '../../src/model/api-importer.ts'

/** An operation as it was imported, and all texts that its author wrote. */
export interface SampledOperation {
  readonly api: string
  readonly operation: ApiOperation
  readonly texts: readonly string[]
}

/** Larger documents take minutes in sum, and are of the same few makers. */
const LARGEST_BYTES = 3_000_000

/**
 * Takes the same operations each time: of every so many descriptions, at most so many, evenly spread.
 * @param wanted  how many operations
 */
export async function sampleOperations(files: readonly string[], wanted: number): Promise<readonly SampledOperation[]> {
  const sampled: SampledOperation[] = []
  const perApi = 3
  const step = Math.max(1, Math.floor(files.length / ((wanted * 1.2) / perApi)))
  for (let index = 0; index < files.length && sampled.length < wanted; index += step) {
    const file = files[index] ?? ''
    if (statSync(file).size > LARGEST_BYTES) continue
    sampled.push(...(await operationsOf(file, perApi)))
  }
  return sampled.slice(0, wanted)
}

async function operationsOf(file: string, wanted: number): Promise<SampledOperation[]> {
  const text = readFileSync(file, 'utf8')
  const [importer] = importers
  // Some of the documents are no descriptions any more.
  const read = await importer?.read(text, {}).catch(() => undefined)
  const operations = read?.operations ?? []
  const document: unknown = JSON.parse(text)
  const step = Math.max(1, Math.floor(operations.length / wanted))
  return operations
    .filter((_, index) => index % step === 0)
    .slice(0, wanted)
    .map((operation) => ({
      api: path.relative(path.join(file, '..', '..', '..'), file),
      operation,
      texts: stringsOf(at(document, operation.source.pointer)),
    }))
}

function at(document: unknown, pointer: string): unknown {
  const keys = pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
  return keys.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    document,
  )
}

function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsOf) : []
}
