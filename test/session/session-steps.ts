/** One call of the session, or what a person says or does between calls. */
export type SessionStep =
  | { readonly say: string }
  | { readonly tool: string; readonly arguments: Readonly<Record<string, unknown>> }
  /** A person allows the connection on the inbox page. */
  | { readonly allow: string }

export interface SessionPlaces {
  /** An MCP server on this machine. */
  readonly upstreamUrl: string
}

const shop = JSON.stringify({
  openapi: '3.1.0',
  info: { title: 'Tea shop', version: '1.0.0' },
  servers: [{ url: 'https://tea.example' }],
  security: [{ key: [] }],
  paths: {
    '/teas/{id}': {
      get: {
        operationId: 'getTea',
        summary: 'Gets a tea by its number. Returns its name.',
        parameters: [
          { name: 'id', in: 'path', required: true, description: 'Its number.', schema: { type: 'integer' } },
        ],
        responses: {
          200: { description: 'The tea.', content: { 'application/json': { example: { name: 'Assam' } } } },
        },
      },
    },
  },
  components: { securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'X-Key' } } },
})

const grams = {
  server: 'tea',
  name: 'count_grams',
  description: 'Tells how much tea a pot takes. Returns grams.',
  effect: 'read',
  input_schema: {
    type: 'object',
    properties: { cups: { type: 'integer', minimum: 1, description: 'How many cups.' } },
    required: ['cups'],
    additionalProperties: false,
  },
}

/** A working day with every meta tool. `…` as confirm stands for the text that the answer before gave. */
export function sessionSteps({ upstreamUrl }: SessionPlaces): readonly SessionStep[] {
  const tea = { server: 'tea' }
  return [
    { say: 'Make me a server for this API.' },
    { tool: 'init_server', arguments: { name: 'tea', description: 'Knows teas, and how to make them.' } },
    { tool: 'import_openapi', arguments: { ...tea, content: shop } },
    { tool: 'import_openapi', arguments: { ...tea, content: shop, preview: false, select: { all: true } } },
    { tool: 'test_tool', arguments: { ...tea, tool: 'get_tea', input: { id: 1 }, live: false } },
    { tool: 'request_secrets', arguments: tea },
    { say: 'It should also tell how much tea a pot takes.' },
    { tool: 'add_tool', arguments: { ...grams, code: 'return { grams: input.cup * 2 }' } },
    { tool: 'add_tool', arguments: { ...tea, name: 'count_grams', edits: [{ old: 'input.cup', new: 'input.cups' }] } },
    { tool: 'test_tool', arguments: { ...tea, tool: 'count_grams', input: { cups: 3 }, save_as: 'three_cups' } },
    {
      tool: 'add_resource',
      arguments: {
        ...tea,
        name: 'rules',
        uri: 'tea://rules',
        description: 'How tea is made.',
        text: 'Boil the water.',
      },
    },
    {
      tool: 'add_prompt',
      arguments: { ...tea, name: 'recommend', description: 'Recommends a tea.', template: 'A tea for the {{time}}?' },
    },
    { say: 'Is it good? Then put it up.' },
    { tool: 'check_server', arguments: tea },
    { tool: 'deploy', arguments: tea },
    { tool: 'search_tools', arguments: { ...tea, query: 'how many grams of tea' } },
    { tool: 'read_tool', arguments: { ...tea, tool: 'count_grams', arguments: { cups: 4 } } },
    { tool: 'call_tool', arguments: { ...tea, tool: 'count_grams', arguments: { cups: '4' } } },
    { tool: 'get_logs', arguments: { ...tea, level: 'error' } },
    { tool: 'get_install', arguments: { ...tea, client: 'claude-code' } },
    { say: 'Make it three grams a cup.' },
    {
      tool: 'add_tool',
      arguments: { ...tea, name: 'count_grams', edits: [{ old: 'input.cups * 2', new: 'input.cups * 3' }] },
    },
    { tool: 'deploy', arguments: tea },
    { say: 'Right, that is what the test is for. Two grams were right.' },
    {
      tool: 'add_tool',
      arguments: { ...tea, name: 'count_grams', edits: [{ old: 'input.cups * 3', new: 'input.cups * 2' }] },
    },
    { tool: 'remove_item', arguments: { ...tea, kind: 'prompt', name: 'recommend' } },
    { tool: 'remove_item', arguments: { ...tea, kind: 'prompt', name: 'recommend', confirm: '…' } },
    { tool: 'deploy', arguments: tea },
    { tool: 'rollback', arguments: tea },
    { tool: 'rollback', arguments: { ...tea, confirm: '…' } },
    { tool: 'get_server', arguments: { ...tea, include: ['tools', 'versions', 'tests'] } },
    { tool: 'stop_server', arguments: tea },
    { tool: 'start_server', arguments: tea },
    { say: 'I have a server with notes, and one that speaks GraphQL.' },
    { tool: 'init_server', arguments: { name: 'desk', description: 'Brings notes and films together.' } },
    { tool: 'connect_external', arguments: { server: 'desk', name: 'notes', url: upstreamUrl } },
    { allow: 'Connect &#34;notes&#34;' },
    {
      tool: 'import_api',
      arguments: {
        server: 'desk',
        kind: 'graphql',
        base_url: 'https://films.example/graphql',
        content: '"""All of it."""\ntype Query { "The title of a film." title(id: ID!): String }',
      },
    },
    { say: 'Clean up.' },
    { tool: 'cleanup_servers', arguments: {} },
    { tool: 'delete_server', arguments: { server: 'desk' } },
    { tool: 'delete_server', arguments: { server: 'desk', confirm: '…' } },
    { tool: 'list_servers', arguments: {} },
  ]
}
