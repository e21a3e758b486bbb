import { checkDefinition } from '../checks/check-definition.ts'
import type { ImportedApi } from '../model/api-importer.ts'
import type { Finding } from '../model/finding.ts'
import { sampleDefinition } from './check-code.ts'
import { toTool } from './import-tool.ts'

/** What the rules find at each operation of an API as a tool of its own, before any is chosen. */
export function checkOperations({ operations }: Pick<ImportedApi, 'operations'>): readonly Finding[] {
  const definition = { ...sampleDefinition({ tools: operations.map(toTool) }), exposure: 'search' as const }
  return checkDefinition(definition, { only: ['D', 'S', 'B', 'X'] }).filter(({ id }) => !id.includes(':server/'))
}
