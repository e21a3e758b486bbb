import { readFileSync } from 'node:fs'

import { openApiImporter } from '../../../generators/importers/openapi/openapi-importer.ts'
import type { ApiOperation, ImportedApi, ImportOptions } from '../../../src/model/api-importer.ts'

/** The text of a description in test/fixtures/descriptions. */
export function fixtureText(name: string): string {
  return readFileSync(new URL(`../../fixtures/descriptions/${name}`, import.meta.url), 'utf8')
}

/** Imports a description that is written in a test; what every description has is added. */
export function importDescription(parts: object, options: ImportOptions = {}): Promise<ImportedApi> {
  const base = {
    openapi: '3.1.0',
    info: { title: 'Test', version: '1' },
    servers: [{ url: 'https://api.example.com' }],
  }
  return openApiImporter.read(JSON.stringify({ ...base, ...parts }), options)
}

/** @throws when the import has no such operation */
export function operationNamed(api: ImportedApi, name: string): ApiOperation {
  const found = api.operations.find((operation) => operation.name === name)
  if (!found)
    throw new Error(`No operation "${name}" among ${api.operations.map((operation) => operation.name).join(', ')}`)
  return found
}
