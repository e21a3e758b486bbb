import type { ServerDefinition } from '../../../src/model/server-definition.ts'
import { LOCAL_TENANT, type ServerId } from '../../../src/model/ids.ts'

/** A server with one of everything. */
export const sampleDefinition: ServerDefinition = {
  // A fixed id: the same definition must give the same bytes.
  id: '00000000-0000-7000-8000-0000000000aa' as ServerId,
  tenantId: LOCAL_TENANT,
  name: 'library-desk',
  description: 'Answers questions about the books of a small library.',
  revision: 3,
  exposure: 'tools',
  credentials: [
    {
      name: 'LIBRARY_TOKEN',
      hosts: ['library.example'],
      placement: { type: 'bearer' },
      purpose: 'Signs in at the library.',
    },
  ],
  connections: [],
  tools: [
    {
      name: 'get_book',
      description: 'Gives one book.',
      effect: 'read',
      inputSchema: {
        type: 'object',
        properties: { book_id: { type: 'integer', description: 'The number on its back.' } },
        required: ['book_id'],
        additionalProperties: false,
      },
      handler: {
        kind: 'operation',
        call: {
          kind: 'http',
          method: 'GET',
          path: '/books/{book_id}',
          servers: [{ url: 'https://library.example/v1' }],
          parameters: [{ argument: 'book_id', name: 'book_id', in: 'path', style: 'simple', explode: false }],
          accept: ['application/json'],
          security: [['LIBRARY_TOKEN']],
        },
      },
    },
    {
      name: 'count_words',
      description: 'Counts the words of a text.\nGives { words }. */ alert(1) /*',
      effect: 'read',
      inputSchema: {
        type: 'object',
        properties: {
          text: { type: 'string', description: 'Any text.' },
          'stop-words': { type: 'array', items: { type: 'string' } },
        },
        required: ['text'],
        additionalProperties: false,
      },
      handler: {
        kind: 'code',
        hosts: [],
        source:
          "const words = parameters.text.split(/\\s+/).filter(Boolean)\nlog('info', 'counted')\nreturn { words: words.length }",
      },
    },
    {
      name: 'shout',
      description: 'Says it louder.',
      effect: 'read',
      inputSchema: {
        type: 'object',
        properties: { text: { type: 'string' } },
        required: ['text'],
        additionalProperties: false,
      },
      handler: { kind: 'code', hosts: [], source: 'async ({ text }) => text.toUpperCase()' },
    },
    {
      name: 'forget_reader',
      description: 'Forgets what it knows of a reader.',
      effect: 'delete',
      inputSchema: {
        type: 'object',
        properties: { reader: { type: 'string' } },
        required: ['reader'],
        additionalProperties: false,
      },
      handler: {
        kind: 'code',
        hosts: [],
        source: [
          "const client = (await store.list('reader:')).find((key) => {",
          '  return key.endsWith(input.reader)',
          '})',
          'if (client) await store.delete(client)',
        ].join('\n'),
      },
    },
    {
      name: 'opening_hours',
      description: 'Asks the library for its opening hours.',
      effect: 'read',
      inputSchema: { type: 'object', properties: {}, additionalProperties: false },
      handler: {
        kind: 'code',
        hosts: ['library.example'],
        source: [
          "import type { ToolContext } from '../lib/tool-context.ts'",
          '',
          'export default async function openingHours(_input: object, { fetch }: ToolContext) {',
          "  const answer = await fetch('https://library.example/hours')",
          '  return await answer.json()',
          '}',
        ].join('\n'),
      },
    },
  ],
  resources: [
    {
      name: 'rules',
      uri: 'library://rules',
      mimeType: 'text/plain',
      content: { kind: 'text', text: 'Be quiet.\u2028Always.' },
    },
    {
      name: 'shelf',
      uri: 'library://shelves/{shelf}',
      description: 'What stands on a shelf.',
      content: { kind: 'code', hosts: [], source: 'return `Shelf ${input.shelf}`' },
    },
  ],
  prompts: [
    {
      name: 'recommend',
      description: 'Recommends a book.',
      arguments: [{ name: 'genre', required: true, values: ['crime', 'poetry'] }],
      messages: [{ role: 'user', text: 'Recommend me a book of {{genre}}.' }],
    },
    {
      name: 'introduce',
      description: 'Introduces a reader.',
      arguments: [{ name: 'reader', description: 'Who it is.', required: true }],
      messages: {
        kind: 'code',
        hosts: [],
        source: [
          "const known = await store.get('reader:' + input.reader)",
          "return [{ role: 'user', text: `Say hello to ${input.reader}: ${JSON.stringify(known)}` }]",
        ].join('\n'),
      },
    },
  ],
}
