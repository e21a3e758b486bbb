import type { JsonSchema } from './tool-definition.ts'
import type { ServerDefinition } from './server-definition.ts'

/** A server as a file that another mcpwright reads: its definition, without secrets, versions or history. */
export interface PortableServer {
  readonly format: 'mcpwright-server'
  readonly version: 1
  /** The mcpwright that wrote it. */
  readonly mcpwright: string
  readonly server: PortableDefinition
  /** Servers it was connected to, by address: connections are approved where they are used. */
  readonly left_out?: { readonly connections: readonly string[] }
}

export type PortableDefinition = Pick<
  ServerDefinition,
  'name' | 'description' | 'exposure' | 'tools' | 'resources' | 'prompts' | 'credentials'
> & {
  readonly shared: NonNullable<ServerDefinition['shared']>
  readonly tests: NonNullable<ServerDefinition['tests']>
  /** Files that were changed by hand; absent where there are none. */
  readonly overlays?: NonNullable<ServerDefinition['overlays']>
}

/** What can be taken along: tools of connected servers stay behind with their connections. */
export function toPortable(definition: ServerDefinition, mcpwright: string): PortableServer {
  const { name, description, exposure, resources, prompts, credentials, shared = {}, tests = [], overlays } = definition
  const tools = definition.tools.filter(({ handler }) => handler.kind !== 'external')
  const names = new Set(tools.map((tool) => tool.name))
  const server = {
    name,
    description,
    exposure,
    tools,
    resources,
    prompts,
    credentials,
    shared,
    ...(overlays && { overlays }),
  }
  const connections = definition.connections.map(({ url }) => url)
  return {
    format: 'mcpwright-server',
    version: 1,
    mcpwright,
    server: { ...server, tests: tests.filter(({ tool }) => names.has(tool)) },
    ...(connections.length > 0 && { left_out: { connections } }),
  }
}

const text: JsonSchema = { type: 'string', maxLength: 1_000_000 }
const texts: JsonSchema = { type: 'array', items: text }
const listOf = (items: JsonSchema): JsonSchema => ({ type: 'array', maxItems: 10_000, items })
const record = (properties: Record<string, JsonSchema>, required: readonly string[]): JsonSchema => ({
  type: 'object',
  properties,
  required,
})
const named = (properties: Record<string, JsonSchema>, required: readonly string[]): JsonSchema =>
  record({ name: { type: 'string', minLength: 1, maxLength: 128 }, ...properties }, ['name', ...required])

const httpCall = record(
  {
    kind: { const: 'http' },
    method: { type: 'string', pattern: '^[A-Z]{1,16}$' },
    path: text,
    servers: { type: 'array', minItems: 1, items: record({ url: text }, ['url']) },
    parameters: listOf(
      record({ argument: text, name: text, in: { enum: ['path', 'query', 'header', 'cookie', 'querystring'] } }, [
        'argument',
        'name',
        'in',
        'style',
        'explode',
      ]),
    ),
    accept: texts,
    security: { type: 'array', items: texts },
  },
  ['kind', 'method', 'path', 'servers', 'parameters', 'accept', 'security'],
)

const handler: JsonSchema = {
  oneOf: [
    record({ kind: { const: 'operation' }, call: httpCall }, ['kind', 'call']),
    record({ kind: { const: 'code' }, source: text, hosts: texts }, ['kind', 'source', 'hosts']),
  ],
}

/** Of what a file must have to be a server; its code and schemas are compiled besides. */
export const portableServerSchema: JsonSchema = record(
  {
    format: { const: 'mcpwright-server' },
    version: { const: 1 },
    server: record(
      {
        name: text,
        description: { type: 'string', minLength: 1, maxLength: 1_000 },
        exposure: { enum: ['tools', 'search'] },
        tools: listOf(
          named(
            {
              description: text,
              effect: { enum: ['read', 'write', 'delete'] },
              inputSchema: record({ type: { const: 'object' } }, ['type']),
              handler,
            },
            ['description', 'effect', 'inputSchema', 'handler'],
          ),
        ),
        resources: listOf(
          named({ uri: text, content: record({ kind: { enum: ['text', 'bytes', 'code'] } }, ['kind']) }, [
            'uri',
            'content',
          ]),
        ),
        prompts: listOf(
          named({ description: text, arguments: { type: 'array' } }, ['description', 'arguments', 'messages']),
        ),
        credentials: listOf(
          named(
            {
              name: { type: 'string', pattern: '^[A-Z][A-Z0-9_]{1,63}$' },
              hosts: texts,
              placement: record({ type: text }, ['type']),
            },
            ['hosts', 'placement'],
          ),
        ),
        shared: { type: 'object', additionalProperties: text },
        overlays: {
          type: 'array',
          maxItems: 200,
          items: record({ path: text, text: { type: ['string', 'null'] }, base: { type: ['string', 'null'] } }, [
            'path',
            'text',
            'base',
          ]),
        },
        tests: listOf(named({ tool: text, input: { type: 'object' } }, ['tool', 'input'])),
      },
      ['name', 'description', 'exposure', 'tools', 'resources', 'prompts', 'credentials', 'shared', 'tests'],
    ),
  },
  ['format', 'version', 'server'],
)
