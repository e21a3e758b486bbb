import { Client } from '@modelcontextprotocol/client'
import { InMemoryTransport } from '@modelcontextprotocol/server'
import { beforeAll, describe, expect, it } from 'vitest'

import type { Operation } from '../../../../runtime/library/operation.ts'
import { createMcpServer } from '../../../../runtime/library/server/create-mcp-server.ts'
import type { ResourcePart } from '../../../../runtime/library/server/server-parts.ts'
import { standaloneHost } from '../../../../runtime/library/server/standalone-host.ts'
import { importDescription } from '../../../generators/importers/read-fixture.ts'
import { recordingFetch } from '../wire.ts'

const resources: readonly ResourcePart[] = [
  { name: 'note', uri: 'notes://first', mimeType: 'text/markdown', content: { text: '# ä' } },
  { name: 'logo', uri: 'pictures://logo', mimeType: 'image/png', content: { base64: 'AAEC' } },
  { name: 'page', uri: 'pages://{number}', content: 'code' },
  { name: 'broken', uri: 'broken://this', content: 'code' },
  { name: 'asking', uri: 'asking://you', content: 'code' },
]
const code = {
  tools: {},
  prompts: {},
  resources: {
    page: async (input: { readonly number?: string }) => `page ${input.number}`,
    broken: () => Promise.reject(new Error('the shelf is empty')),
    asking: async (_: unknown, context: { requestInput(request: object): Promise<unknown> }) =>
      context.requestInput({ kind: 'form', message: 'Which one?', schema: { type: 'object', properties: {} } }),
  },
}
const binary = { type: 'string', format: 'binary' }
const parts = { one: binary, many: { type: 'array', items: binary }, place: { type: 'object' } }

const bodyOf = (type: string, schema: object) => ({ required: true, content: { [type]: { schema } } })

let operations: readonly Operation[]
beforeAll(async () => {
  const api = await importDescription({
    paths: {
      '/raw': { post: { operationId: 'send_raw', requestBody: bodyOf('image/*', binary), responses: {} } },
      '/parts': {
        post: {
          operationId: 'send_parts',
          requestBody: bodyOf('multipart/form-data', { type: 'object', properties: parts }),
          responses: {},
        },
      },
      '/json': { post: { operationId: 'send_json', requestBody: bodyOf('application/json', {}), responses: {} } },
    },
  })
  operations = api.operations
})

/** Calls a tool through a client, and gives what went out and what came back. */
async function call(name: string, body: unknown, files = resources) {
  const { requests, fetch } = recordingFetch()
  const host = standaloneHost({ env: {}, code, fetch })
  const server = createMcpServer(
    {
      name: 'files',
      version: '1.0.0',
      description: 'Sends files.',
      exposure: 'tools',
      operations: { credentials: [], operations },
      tools: [],
      resources: files,
      prompts: [],
    },
    host,
  )()
  const [clientSide, serverSide] = InMemoryTransport.createLinkedPair()
  await server.connect(serverSide)
  const client = new Client({ name: 'test', version: '1.0.0' }, { capabilities: { elicitation: {} } })
  client.setRequestHandler('elicitation/create', async () => ({ action: 'accept', content: { which: 'that' } }))
  await client.connect(clientSide)
  const result = await client.callTool({ name, arguments: { body } })
  await client.close()
  return { result, requests }
}

describe('a file given as a URI', () => {
  it.each([
    ['a data: URI', 'data:image/gif;base64,AAEC', 'image/gif', '\u0000\u0001\u0002'],
    ['a data: URI in percent-encoding', 'data:image/svg+xml;base64,AAE%43', 'image/svg+xml', '\u0000\u0001\u0002'],
    ['a data: URI of text', 'data:,a%20b+%zz', 'text/plain;charset=US-ASCII', 'a b+%zz'],
    ['a text resource', 'notes://first', 'text/markdown', '# ä'],
    ['a resource of bytes', 'pictures://logo', 'image/png', '\u0000\u0001\u0002'],
    ['a template that code answers', 'pages://7', 'application/octet-stream', 'page 7'],
  ])('is sent when it is %s', async (_, uri, contentType, text) => {
    const { requests, result } = await call('send_raw', { uri })
    expect(result.isError).toBeFalsy()
    expect(requests).toMatchObject([{ headers: { 'content-type': contentType }, body: text }])
  })

  it('has the media type that is given beside it', async () => {
    const { requests } = await call('send_raw', { uri: 'pictures://logo', mediaType: 'image/x-icon' })
    expect(requests[0]?.headers['content-type']).toBe('image/x-icon')
  })

  it('is sent as a part, alone and in a list, and leaves other objects as they are', async () => {
    const { requests } = await call('send_parts', {
      one: { uri: 'notes://first', filename: 'first.md' },
      many: [{ uri: 'pages://1' }, { base64: 'Mg==' }],
      place: { uri: 'https://elsewhere.example/' },
    })
    const body = requests[0]?.body.replaceAll('\r\n', '\n') ?? ''
    expect(body).toContain('name="one"; filename="first.md"\nContent-Type: text/markdown\n\n# ä\n')
    expect(body).toContain('name="many"; filename="many"\nContent-Type: application/octet-stream\n\npage 1\n')
    expect(body).toContain('name="many"; filename="many"\nContent-Type: application/octet-stream\n\n2\n')
    expect(body).toContain('name="place"\nContent-Type: application/json\n\n{"uri":"https://elsewhere.example/"}\n')
  })

  it('is only what the description says is a file', async () => {
    const { requests } = await call('send_json', { uri: 'notes://first' })
    expect(requests[0]?.body).toBe('{"uri":"notes://first"}')
  })

  it.each([
    ['on the web', { uri: 'https://elsewhere.example/a.png' }, 'nothing is fetched from elsewhere. Give its bytes'],
    ['on this machine', { uri: 'file:///etc/passwd' }, 'no resource of this server'],
    ['a broken data: URI', { uri: 'data:image/png;base64' }, 'has no comma'],
    ['data that is not base64', { uri: 'data:image/png;base64,%%%' }, 'is not base64'],
    ['a resource that fails', { uri: 'broken://this' }, 'could not be read from broken://this: the shelf is empty'],
    ['given twice', { uri: 'notes://first', base64: 'AAEC' }, 'either "base64" or "uri"'],
    ['not given', { filename: 'a.png' }, 'either "base64" or "uri"'],
  ])('is refused when it is %s, and nothing is sent', async (_, file, reason) => {
    for (const [name, body] of [
      ['send_raw', file],
      ['send_parts', { many: [file] }],
    ] as const) {
      const { requests, result } = await call(name, body)
      expect(result).toMatchObject({ isError: true, content: [{ text: expect.stringContaining(reason) }] })
      expect(requests).toEqual([])
    }
  })

  it('may need an answer of the person first', async () => {
    const { requests } = await call('send_raw', { uri: 'asking://you' })
    expect(requests[0]?.body).toContain('accept')
  })
})
