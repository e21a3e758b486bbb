import type { JsonSchema } from '../model/tool-definition.ts'
import type { MetaTool, ToolAnnotations } from '../tools/meta-tool.ts'

/**
 * A meta tool as clients list it. Models read the whole list in every chat, so what they do not need is left out:
 * limits (a call that goes over one, or has an unknown argument, is told so), hints that say what the protocol assumes
 * anyway, and what arguments and answers hold in turn.
 */
export function listedTool({ name, title, description, inputSchema, outputSchema, annotations }: MetaTool) {
  return {
    name,
    title,
    description,
    inputSchema: asListed(inputSchema),
    ...(outputSchema && { outputSchema: inOutline(outputSchema) }),
    ...withoutDefaults(annotations),
  }
}

/** The listed members by name and type; docs/reference/tools.md has the rest. See answer-schema.ts. */
function inOutline({ type, properties, listed }: JsonSchema): JsonSchema {
  const members: Readonly<Record<string, JsonSchema>> = { ...Object(properties) }
  // Put there by answerSchema.
  const shown = (listed as readonly string[]).map((name) => [name, { type: members[name]?.['type'] }])
  return { type, properties: Object.fromEntries(shown) }
}

/** MCP 2026-07-28, schema, ToolAnnotations; the two of a change mean nothing for a tool that only reads. */
const ASSUMED: ToolAnnotations = {
  readOnlyHint: false,
  destructiveHint: true,
  idempotentHint: false,
  openWorldHint: true,
}

function withoutDefaults({ readOnlyHint, openWorldHint, ...ofChanges }: ToolAnnotations): {
  readonly annotations?: Partial<ToolAnnotations>
} {
  const all = Object.entries({ readOnlyHint, ...(!readOnlyHint && ofChanges), openWorldHint })
  const told = all.filter(([name, value]) => ASSUMED[name as keyof ToolAnnotations] !== value)
  return told.length > 0 ? { annotations: Object.fromEntries(told) } : {}
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

/** A property of the name of a limit has a schema, which is an object. */
function asListed(schema: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema), (key, value: unknown) =>
    Object.hasOwn(LIMITS, key) && typeof value === LIMITS[key] ? undefined : inWords(value),
  ) as JsonSchema
}

/** Parts that `saidAs` says in words are not listed one by one; calls are held to them all the same. */
function inWords(value: unknown): unknown {
  const { type, items, saidAs }: { type?: unknown; items?: object; saidAs?: unknown } = { ...Object(value) }
  if (typeof saidAs !== 'string') return value
  return { type, ...(items && { items: { type: 'object' } }), description: saidAs }
}
