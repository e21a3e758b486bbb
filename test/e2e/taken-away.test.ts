import { execFile, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SavedTest } from '../../src/model/saved-test.ts'
import { emitProject } from '../../generators/project/emit-project.ts'
import { projectSurroundings } from '../../src/pipeline/workshop/package-sources.ts'
import { writeFiles } from '../../src/pipeline/workshop/project-folder.ts'
import { sampleDefinition } from '../generators/project/sample-definition.ts'
import { findLastingPort } from '../fixtures/lasting-port.ts'
import { hostPath } from '../package/host-node.ts'
import { startLibraryApi } from './library-api.ts'
import { launcher } from './test-home.ts'

const run = promisify(execFile)
/** As on a person's machine, whose Node may be 20: the one that comes along with mcpwright is none of a project's. */
const onHost = { ...process.env, PATH: hostPath }
let folder: string

const tests: readonly SavedTest[] = [
  {
    name: 'a_book',
    tool: 'get_book',
    input: { book_id: 7 },
    mocks: [{ request: { url: 'https://library.example/v1/books/7' }, response: { body: { title: 'Dune' } } }],
    expected: {
      isError: false,
      result: { content: [{ type: 'text', text: '{"title":"Dune"}' }], structuredContent: { title: 'Dune' } },
      requests: ['GET https://library.example/v1/books/7'],
      secrets: ['LIBRARY_TOKEN'],
    },
  },
  {
    name: 'three_words',
    tool: 'count_words',
    input: { text: 'a b c' },
    mocks: [],
    expected: {
      isError: false,
      result: { content: [{ type: 'text', text: '{"words":3}' }], structuredContent: { words: 3 } },
      requests: [],
      secrets: [],
    },
  },
]

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'mcpwright-project-'))
  await writeFiles(folder, emitProject({ ...sampleDefinition, tests }, projectSurroundings()))
  // Its lock file was made without any network; npm ci refuses one that does not fit package.json.
  await run('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: folder, env: onHost })
}, 120_000)

afterAll(() => rm(folder, { recursive: true, force: true }))

describe('a project that was taken away', () => {
  it('passes its own tests and type-checks', async () => {
    const { stdout } = await run('npm', ['test'], { cwd: folder, env: onHost })
    expect(stdout).toMatch(/fail 0/)
    expect(stdout).toContain('get_book: a_book')
    expect(stdout).toContain('count_words: three_words')
    await run('npm', ['run', 'typecheck'], { cwd: folder, env: onHost })
  })

  it('serves over HTTP with npm start, behind its token', async () => {
    const port = await findLastingPort()
    const server = spawn('npm', ['start'], {
      cwd: folder,
      env: { ...onHost, PORT: String(port), MCP_TOKEN: 'open-sesame' },
      detached: true,
    })
    try {
      await untilSaid(server.stderr, 'Listening on')
      const url = new URL(`http://127.0.0.1:${port}/mcp`)
      expect((await fetch(url, { method: 'POST', body: '{}' })).status).toBe(401)
      const client = new Client({ name: 'test', version: '1.0.0' })
      await client.connect(
        new StreamableHTTPClientTransport(url, { requestInit: { headers: { authorization: 'Bearer open-sesame' } } }),
      )
      expect(await client.callTool({ name: 'count_words', arguments: { text: 'a b c' } })).toMatchObject({
        structuredContent: { words: 3 },
      })
      await client.close()
    } finally {
      process.kill(-(server.pid ?? 0), 'SIGTERM')
    }
  })

  it('serves over stdio: tools, resources, prompts', async () => {
    const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } })
    await client.connect(new StdioClientTransport({ command: process.execPath, args: ['dist/stdio.mjs'], cwd: folder }))
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual([
      'get_book',
      'count_words',
      'shout',
      'forget_reader',
      'opening_hours',
    ])
    expect(await client.callTool({ name: 'shout', arguments: { text: 'hi' } })).toMatchObject({
      content: [{ text: 'HI' }],
    })
    expect(await client.readResource({ uri: 'library://shelves/a1' })).toMatchObject({
      contents: [{ text: 'Shelf a1' }],
    })
    expect(await client.getPrompt({ name: 'recommend', arguments: { genre: 'crime' } })).toMatchObject({
      messages: [{ content: { text: 'Recommend me a book of crime.' } }],
    })
    await client.close()
  })
})

describe('mcpwright run', () => {
  it('serves a description over stdio at once, with credentials of the environment', async () => {
    await using api = await startLibraryApi()
    await using written = await temporaryFile('library.yaml', api.description)
    const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } })
    const env = { PATH: process.env.PATH ?? '', LIBRARY_TOKEN: 'from-the-environment' }
    await client.connect(
      new StdioClientTransport({
        command: process.execPath,
        args: [launcher, 'run', written.path],
        env,
        stderr: 'ignore',
      }),
    )
    expect((await client.listTools()).tools).toHaveLength(19)
    expect(await client.callTool({ name: 'list_books', arguments: {} })).toMatchObject({
      structuredContent: { total: 1 },
    })
    expect(api.requests[0]?.authorization).toBe('Bearer from-the-environment')
    await client.close()
  })

  it('names the credentials it wants in its preview', async () => {
    await using api = await startLibraryApi()
    await using written = await temporaryFile('library.yaml', api.description)
    const { stdout } = await run(process.execPath, [launcher, 'run', written.path, '--preview'])
    expect(stdout).toContain('LIBRARY_TOKEN (not set)')
    expect(stdout).toContain('GET /books')
  })
})

describe('mcpwright generate', () => {
  it('writes the project, and refuses a folder that is not empty', async () => {
    await using api = await startLibraryApi()
    await using written = await temporaryFile('library.yaml', api.description)
    const out = path.join(path.dirname(written.path), 'library-server')
    const { stdout } = await run(process.execPath, [launcher, 'generate', written.path, '--out', out])
    expect(stdout).toContain('19 tools')
    expect(JSON.parse(await readFile(path.join(out, 'package.json'), 'utf8'))).toMatchObject({ name: 'library-server' })
    await expect(run(process.execPath, [launcher, 'generate', written.path, '--out', out])).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is not empty'),
    })
  })
})

async function temporaryFile(name: string, text: string): Promise<AsyncDisposable & { path: string }> {
  const parent = await mkdtemp(path.join(tmpdir(), 'mcpwright-file-'))
  await writeFiles(parent, { [name]: text })
  return { path: path.join(parent, name), [Symbol.asyncDispose]: () => rm(parent, { recursive: true, force: true }) }
}

function untilSaid(stream: NodeJS.ReadableStream, words: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = ''
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes(words)) resolve()
    })
    stream.on('end', () => reject(new Error(`It ended and said: ${said}`)))
  })
}
