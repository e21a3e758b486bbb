import { createHash } from 'node:crypto'
import { cleanLine, cleanText } from '../../../generators/importers/openapi/clean-text.ts'
import { toName } from '../../../generators/importers/openapi/operation-names.ts'
import { normalizeToolSchema } from '../../../generators/importers/tool-schema.ts'
import { MetaError } from '../../errors/meta-error.ts'
import type { OfferedTool, PinnedTool } from '../../model/connection.ts'
import type { Effect, JsonSchema, ToolDefinition } from '../../model/tool-definition.ts'

const LONGEST_DESCRIPTION = 2_000
const LONGEST_TITLE = 100
/** Of a listed output schema: clients reject a whole call for one mismatch, and models read all of it. */
const OUTPUT_CHARACTERS = 4_000

/**
 * The tool of ours that a connected server's tool becomes: its texts cleaned, its schemas in the form that every
 * client takes.
 * @throws MetaError SCHEMA_INVALID when its input cannot be described
 */
export function toExternalTool({ digest, definition }: PinnedTool, connection: string, name: string): ToolDefinition {
  const { name: tool, description = '', inputSchema, outputSchema, annotations = {} } = definition
  const title = typeof annotations['title'] === 'string' ? cleanLine(annotations['title'], LONGEST_TITLE) : ''
  const output = outputSchema && readOutput(outputSchema)
  return {
    name,
    ...(title !== '' && { title }),
    description:
      cleanText(description, LONGEST_DESCRIPTION) || `Calls "${cleanLine(tool, LONGEST_TITLE)}" of ${connection}.`,
    effect: effectOf(definition),
    inputSchema: normalizeToolSchema(inputSchema),
    ...(output && { outputSchema: output }),
    group: connection,
    handler: { kind: 'external', connection, tool, digest },
  }
}

/**
 * What the tool does, by its own word: annotations are hints of a server that may be anyone's. Without them a tool
 * may destroy (MCP 2026-07-28, schema ToolAnnotations: readOnlyHint false, destructiveHint true by default).
 */
export function effectOf({ annotations = {} }: Pick<OfferedTool, 'annotations'>): Effect {
  if (annotations['readOnlyHint'] === true) return 'read'
  return annotations['destructiveHint'] === false ? 'write' : 'delete'
}

/** `notes_create_note`; where that is taken, or little of the name is ASCII, with a fingerprint of its own name. */
export function chooseName(connection: string, tool: string, taken: ReadonlySet<string>): string {
  const plain = toName(`${connection}_${tool}`)
  const isWhole = plain?.startsWith(connection) === true && toName(tool) !== undefined
  if (plain !== undefined && isWhole && !taken.has(plain)) return plain
  const fingerprint = createHash('sha256').update(tool).digest('hex')
  const base = (isWhole ? plain : `${connection}_tool`).slice(0, 54)
  for (let length = 6; length <= 8; length++) {
    const name = `${base}_${fingerprint.slice(0, length)}`.slice(0, 63)
    if (!taken.has(name)) return name
  }
  throw new MetaError('TOOL_NAME_TAKEN', `No name is left for "${tool}".`, 'Connect it under another name.')
}

function readOutput(schema: JsonSchema): JsonSchema | undefined {
  try {
    const output = normalizeToolSchema(schema, 'output')
    return JSON.stringify(output).length <= OUTPUT_CHARACTERS ? output : undefined
  } catch (error) {
    // Its structured content is passed on all the same.
    if (error instanceof MetaError) return undefined
    throw error
  }
}
