import { LOCAL_TENANT, type ServerId } from '../../src/model/ids.ts'
import type { ServerDefinition } from '../../src/model/server-definition.ts'
import type { ToolDefinition } from '../../src/model/tool-definition.ts'

/** A server of the given parts, and otherwise without fault. */
export function definitionOf(parts: Partial<ServerDefinition> = {}): ServerDefinition {
  return {
    id: '00000000-0000-7000-8000-000000000000' as ServerId,
    tenantId: LOCAL_TENANT,
    name: 'library',
    description: 'Books of a small library.',
    revision: 1,
    exposure: 'tools',
    tools: [],
    resources: [],
    prompts: [],
    credentials: [],
    connections: [],
    ...parts,
  }
}

/** A hand-written tool that no rule finds anything at. */
export function goodTool(changes: Partial<ToolDefinition> = {}): ToolDefinition {
  return {
    name: 'find_book',
    description: 'Finds a book by its number. Returns its title and its author.',
    effect: 'read',
    inputSchema: {
      type: 'object',
      properties: { isbn: { type: 'string', maxLength: 17, description: 'ISBN-13, with or without hyphens.' } },
      required: ['isbn'],
      additionalProperties: false,
    },
    outputSchema: { type: 'object', properties: { title: { type: 'string' }, author: { type: 'string' } } },
    handler: { kind: 'code', source: 'return { title: "", author: "" }', hosts: [] },
    ...changes,
  }
}

/** An imported tool. */
export function importedTool(
  name: string,
  {
    method = 'GET',
    url = 'https://api.example.com',
    ...changes
  }: Partial<ToolDefinition> & { method?: string; url?: string } = {},
): ToolDefinition {
  return goodTool({
    name,
    handler: {
      kind: 'operation',
      source: { pointer: `/paths/~1${name}/get` },
      call: { kind: 'http', method, path: `/${name}`, servers: [{ url }], parameters: [], accept: [], security: [] },
    },
    ...changes,
  })
}

/** A server with the text at the given place of test/fixtures/poisoned. */
export function placed(place: string, text: string): ServerDefinition {
  const property = { type: 'string', maxLength: 50, description: 'ISBN-13.' }
  const prompt = { name: 'review', description: 'Reviews a book.', arguments: [], messages: [] }
  const resource = { name: 'rules', uri: 'library://rules', description: 'House rules.' }
  const makers: Readonly<Record<string, () => ServerDefinition>> = {
    description: () => definitionOf({ tools: [goodTool({ description: text })] }),
    title: () => definitionOf({ tools: [goodTool({ title: text })] }),
    parameter: () => withArgument({ ...property, description: text }),
    enum: () => withArgument({ ...property, enum: ['plain', text] }),
    default: () => withArgument({ ...property, default: text }),
    example: () => withArgument({ ...property, examples: [text] }),
    code: () => definitionOf({ tools: [goodTool({ handler: { kind: 'code', source: text, hosts: [] } })] }),
    prompt: () => definitionOf({ prompts: [{ ...prompt, messages: [{ role: 'user', text }] }] }),
    'prompt description': () => definitionOf({ prompts: [{ ...prompt, description: text }] }),
    resource: () => definitionOf({ resources: [{ ...resource, content: { kind: 'text', text } }] }),
    'resource description': () =>
      definitionOf({ resources: [{ ...resource, description: text, content: { kind: 'text', text: 'Be quiet.' } }] }),
    server: () => definitionOf({ description: text }),
  }
  const make = makers[place]
  if (!make) throw new Error(`There is no place "${place}".`)
  return make()
}

function withArgument(isbn: object): ServerDefinition {
  return definitionOf({
    tools: [goodTool({ inputSchema: { type: 'object', properties: { isbn }, additionalProperties: false } })],
  })
}
