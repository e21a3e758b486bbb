import type { ApiOperation } from '../model/api-importer.ts'
import type { ToolDefinition } from '../model/tool-definition.ts'

/** The tool that an operation becomes. */
export function toTool({ call, source, label: _label, tags: _tags, ...tool }: ApiOperation): ToolDefinition {
  return { ...tool, handler: { kind: 'operation', call, source } }
}
