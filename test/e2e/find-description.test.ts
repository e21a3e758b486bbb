import { once } from 'node:events'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeFiles } from '../../src/pipeline/workshop/project-folder.ts'
import { call } from './call.ts'
import { launcher, openTestHome, type TestHome } from './test-home.ts'

const tiny = (title: string) =>
  JSON.stringify({
    openapi: '3.1.0',
    info: { title, version: '1' },
    servers: [{ url: 'https://api.example' }],
    paths: {
      '/things': {
        get: { operationId: 'listThings', summary: 'List things', responses: { 200: { description: 'ok' } } },
      },
    },
  })

let home: TestHome
let site: Server
let host: string
let folder: string
let client: Client

beforeAll(async () => {
  site = createServer((request, response) => {
    if (request.url === '/docs/')
      return void response.end('<html><script>SwaggerUIBundle({ url: "../spec.json" })</script></html>')
    if (request.url === '/spec.json') return void response.end(tiny('Behind a page'))
    response.writeHead(404).end()
  }).listen(0, '127.0.0.1')
  await once(site, 'listening')
  const address = site.address()
  host = `127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
  folder = await realpath(await mkdtemp(path.join(tmpdir(), 'mcpwright-descriptions-')))
  await writeFiles(folder, {
    'api.json': tiny('In a root'),
    'parts/main.yaml': `openapi: 3.1.0
info: {title: In parts, version: '1'}
servers: [{url: 'https://api.example'}]
paths:
  /things: {$ref: './things.yaml'}
  /secrets: {$ref: '../../../../etc/hosts.yaml'}
`,
    'parts/things.yaml':
      'get: {operationId: listThings, summary: List things, responses: {"200": {description: ok}}}\n',
    'outside.txt': 'not a description',
  })
  home = await openTestHome({ MCPWRIGHT_ALLOW_LOCAL: host, MCPWRIGHT_FILES: path.join(folder, 'parts') })
  client = await home.connect()
  await call(client, 'init_server', { name: 'things', description: 'Things.' })
})

afterAll(async () => {
  await home[Symbol.asyncDispose]()
  site.close().closeAllConnections()
  await rm(folder, { recursive: true, force: true })
})

/** A client whose person has opened the folder as a root. */
async function connectWithRoots(mode: 'auto' | 'legacy'): Promise<Client> {
  const rooted = new Client(
    { name: 'test', version: '1.0.0' },
    { capabilities: { roots: {} }, ...(mode === 'auto' && { versionNegotiation: { mode } }) },
  )
  rooted.setRequestHandler('roots/list', async () => ({ roots: [{ uri: pathToFileURL(folder).href }] }))
  await rooted.connect(
    new StdioClientTransport({ command: process.execPath, args: [launcher], env: home.environment, stderr: 'ignore' }),
  )
  return rooted
}

describe('import_openapi finds the description', () => {
  it('behind a documentation page', async () => {
    const { data } = await call(client, 'import_openapi', { server: 'things', url: `http://${host}/docs/` })
    expect(data).toMatchObject({ title: 'Behind a page', operations: 1 })
  })

  it('in an allowed folder, with the documents beside it and none from elsewhere', async () => {
    const { data } = await call(client, 'import_openapi', {
      server: 'things',
      file: path.join(folder, 'parts/main.yaml'),
    })
    expect(data).toMatchObject({
      title: 'In parts',
      operations: 1,
      skipped: [{ pointer: expect.stringContaining('secrets') }],
    })
  })

  it.each(['auto', 'legacy'] as const)('in a root of the client, asked for in its own protocol (%s)', async (mode) => {
    const rooted = await connectWithRoots(mode)
    const { data } = await call(rooted, 'import_openapi', { server: 'things', file: path.join(folder, 'api.json') })
    expect(data).toMatchObject({ title: 'In a root' })
    await rooted.close()
  })

  it.each(['api.json', 'outside.txt', 'missing.json'])('not in a folder that nobody opened: %s', async (name) => {
    const { error } = await call(client, 'import_openapi', { server: 'things', file: path.join(folder, name) })
    expect(error.code).toBe('FILE_NOT_ALLOWED')
    expect(JSON.stringify(error)).not.toContain('not a description')
  })

  it('by the name of a well-known API, or says which are near', async () => {
    const { error } = await call(client, 'import_openapi', { server: 'things', api: 'strpe' })
    expect(error).toMatchObject({ code: 'DESCRIPTION_UNREADABLE', fix: expect.stringContaining('stripe') })
  })
})
