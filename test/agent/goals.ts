import type { Goal, Step } from './agent.ts'

export interface Surroundings {
  /** A description that asks for the secret LIBRARY_TOKEN. */
  readonly library: string
  /** Of another MCP server. */
  readonly upstreamUrl: string
  /** The file of a description with more than a thousand operations. */
  readonly hugeFile: string
}

const init = (name: string, description = 'Answers questions about numbers.'): Step => ({
  tool: 'init_server',
  arguments: { name, description },
})

/** A tool without fault. */
const SUM = {
  'add_tool.name': ['add_numbers'],
  'add_tool.description': ['Adds two numbers. Returns their sum as a number.'],
  'add_tool.effect': ['read'],
  'add_tool.input_schema': [
    {
      type: 'object',
      properties: {
        a: { type: 'number', description: 'The first.' },
        b: { type: 'number', description: 'The second.' },
      },
      required: ['a', 'b'],
      additionalProperties: false,
    },
  ],
  'add_tool.output_schema': [{ type: 'object', properties: { sum: { type: 'number' } }, required: ['sum'] }],
  'add_tool.code': ['return { sum: input.a + input.b }'],
}

const sumTool = (server: string, more: object = {}): Step => ({
  tool: 'add_tool',
  arguments: {
    server,
    ...Object.fromEntries(Object.entries(SUM).map(([key, [value]]) => [key.slice('add_tool.'.length), value])),
    ...more,
  },
})

const deploy = (server: string): Step => ({ tool: 'deploy', arguments: { server } })
const RUN = { 'test_tool.input': [{ a: 1, b: 2 }] }

/** Ten beginnings, each with something that goes wrong on its way. */
export function tenGoals({ library, upstreamUrl, hugeFile }: Surroundings): Readonly<Record<string, Goal>> {
  return {
    'an empty server': {
      server: 'empty-desk',
      start: [init('empty-desk'), deploy('empty-desk')],
      content: { ...SUM, ...RUN },
    },
    'a code tool with a compile error': {
      server: 'typo-desk',
      start: [init('typo-desk'), sumTool('typo-desk', { code: 'return { sum: input.a + input.c }' })],
      content: { ...SUM, ...RUN, 'add_tool.edits': [[{ old: 'input.c', new: 'input.b' }]] },
    },
    'an import with a missing secret': {
      server: 'library-desk',
      start: [
        init('library-desk', 'Knows the books of a library.'),
        { tool: 'import_openapi', arguments: { server: 'library-desk', content: library } },
      ],
      content: { 'import_openapi.content': [library] },
    },
    'a failing test': {
      server: 'tested-desk',
      start: [
        init('tested-desk'),
        sumTool('tested-desk'),
        {
          tool: 'test_tool',
          arguments: { server: 'tested-desk', tool: 'add_numbers', input: { a: 1, b: 2 }, save_as: 'three' },
        },
        sumTool('tested-desk', { code: 'return { sum: input.a - input.b }', replace: true }),
        deploy('tested-desk'),
      ],
      content: RUN,
    },
    'a name that is taken': {
      server: 'empty-desk-2',
      start: [init('empty-desk')],
      content: { ...SUM, ...RUN, 'init_server.description': ['Answers questions about numbers too.'] },
    },
    'a broken description': {
      server: 'broken-desk',
      start: [
        init('broken-desk', 'Knows the weather.'),
        { tool: 'import_openapi', arguments: { server: 'broken-desk', content: BROKEN } },
      ],
      content: { 'import_openapi.content': [BROKEN, WEATHER] },
    },
    'an external server': {
      server: 'notes-desk',
      start: [
        init('notes-desk', 'Keeps notes.'),
        { tool: 'connect_external', arguments: { server: 'notes-desk', name: 'notes', url: upstreamUrl } },
      ],
      content: {},
    },
    'a rollback after a bad deploy': {
      server: 'back-desk',
      start: [
        init('back-desk'),
        sumTool('back-desk'),
        deploy('back-desk'),
        sumTool('back-desk', { code: 'return { sum: 0 * input.a * input.b }', replace: true }),
        deploy('back-desk'),
        { tool: 'rollback', arguments: { server: 'back-desk' } },
        { tool: 'check_server', arguments: { server: 'back-desk' } },
      ],
      content: SUM,
    },
    'a huge API': {
      server: 'huge-desk',
      start: [
        init('huge-desk', 'Knows GitHub.'),
        { tool: 'import_openapi', arguments: { server: 'huge-desk', file: hugeFile } },
      ],
      content: {},
    },
    'a clean-up': {
      server: 'tidy-desk',
      start: [
        init('tidy-desk'),
        sumTool('tidy-desk'),
        { tool: 'cleanup_servers', arguments: { unused_days: 1, dry_run: false } },
        { tool: 'delete_server', arguments: { server: 'tidy-desk' } },
        init('tidy-desk', 'Answers questions about numbers, anew.'),
      ],
      content: { ...SUM, ...RUN },
    },
  }
}

/** What a person finds in the morning for the test that failed in the night. */
export const REPAIR = { 'add_tool.edits': [[{ old: 'input.a - input.b', new: 'input.a + input.b' }]] }

const BROKEN = 'openapi: 3.1.0\ninfo: { title: Weather, version: "1" }\n'

const WEATHER = JSON.stringify({
  openapi: '3.1.0',
  info: { title: 'Weather', version: '1' },
  servers: [{ url: 'https://weather.example' }],
  paths: {
    '/cities/{city}': {
      get: {
        operationId: 'getCityWeather',
        summary: 'Gets the weather of a city. Returns its temperature.',
        parameters: [
          { name: 'city', in: 'path', required: true, description: 'Name of the city.', schema: { type: 'string' } },
        ],
        responses: {
          200: {
            description: 'The weather.',
            content: {
              'application/json': {
                schema: { type: 'object', properties: { celsius: { type: 'number', description: 'In degrees.' } } },
              },
            },
          },
        },
      },
    },
  },
})
