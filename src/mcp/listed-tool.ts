import type { JsonSchema } from '../model/tool-definition.ts'
import type { MetaTool, ToolAnnotations } from '../tools/meta-tool.ts'

/**
 * A meta tool as clients list it. Models read the whole list in every chat, so what they do not need is left out:
 * limits (a call that goes over one, or has an unknown argument, is told so) and hints that say what the protocol
 * assumes anyway.
 */
export function listedTool({ name, title, description, inputSchema, annotations }: MetaTool) {
  return {
    name,
    title,
    description,
    inputSchema: withoutLimits(inputSchema),
    annotations: withoutDefaults(annotations),
  }
}

/** MCP 2026-07-28, schema, ToolAnnotations; the two of a change mean nothing for a tool that only reads. */
const ASSUMED: ToolAnnotations = {
  readOnlyHint: false,
  destructiveHint: true,
  idempotentHint: false,
  openWorldHint: true,
}

function withoutDefaults({ readOnlyHint, openWorldHint, ...ofChanges }: ToolAnnotations): Partial<ToolAnnotations> {
  const told = Object.entries({ readOnlyHint, ...(!readOnlyHint && ofChanges), openWorldHint })
  return Object.fromEntries(told.filter(([name, value]) => ASSUMED[name as keyof ToolAnnotations] !== value))
}

const LIMITS: Readonly<Record<string, string>> = {
  maxLength: 'number',
  minLength: 'number',
  maxItems: 'number',
  minItems: 'number',
  minimum: 'number',
  maximum: 'number',
  pattern: 'string',
  additionalProperties: 'boolean',
}

/** A property of such a name has a schema, which is an object. */
function withoutLimits(schema: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema), (key, value: unknown) =>
    Object.hasOwn(LIMITS, key) && typeof value === LIMITS[key] ? undefined : value,
  ) as JsonSchema
}
