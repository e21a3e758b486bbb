import type { Operation, OperationsFile } from '../../runtime/library/operation.ts'
import type { ServerDefinition } from '../../src/model/server-definition.ts'
import { jsonText } from './source-text.ts'

/** Writes `src/operations.json`: imported and declared operations as data, never as code. */
export function emitOperations(definition: ServerDefinition): string {
  const operations = definition.tools.flatMap(({ handler, ...tool }): Operation[] =>
    handler.kind === 'operation' ? [{ ...tool, call: handler.call }] : [],
  )
  const file: OperationsFile = { $schema: SCHEMA, credentials: definition.credentials, operations }
  // One line an operation: a large API stays readable in a diff without growing fourfold.
  if (operations.length <= 40) return jsonText(file)
  const lines = operations.map((operation) => JSON.stringify(operation)).join(',\n')
  return `{\n"$schema": ${JSON.stringify(SCHEMA)},\n"credentials": ${JSON.stringify(file.credentials)},\n"operations": [\n${lines}\n]\n}\n`
}

/** Beside it in the project. */
const SCHEMA = './operations.schema.json'

/** The type of `operations.json`: without it the compiler would infer one from megabytes of data. */
export const operationsTypes = `declare const operations: import('./lib/operation.ts').OperationsFile
export = operations
`
