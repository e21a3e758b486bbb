import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { execFile } from 'node:child_process'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { emitProject } from '../../generators/project/emit-project.ts'
import { toolDigest } from '../../runtime/library/external/tool-digest.ts'
import type { ServerDefinition } from '../../src/model/server-definition.ts'
import { toExternalTool } from '../../src/pipeline/connections/external-tool.ts'
import { projectSurroundings } from '../../src/pipeline/workshop/package-sources.ts'
import { writeFiles } from '../../src/pipeline/workshop/project-folder.ts'
import { startUpstream, type Upstream } from '../fixtures/upstreams/start-upstream.ts'
import { NOTES, TEXT_INPUT } from '../fixtures/upstreams/upstream-tools.ts'
import { startWorker } from '../fixtures/start-worker.ts'
import { sampleDefinition } from '../generators/project/sample-definition.ts'

const run = promisify(execFile)
const root = path.resolve(import.meta.dirname, '../..')
const KINDS = ['modern', 'sessions', 'sse'] as const
const TOKEN = 'planted-token-77fe'
const upstreams: Upstream[] = []
let folder: string
let client: Client

beforeAll(async () => {
  for (const kind of KINDS) upstreams.push(await startUpstream(kind, kind === 'modern' ? TOKEN : undefined))
  folder = await mkdtemp(path.join(tmpdir(), 'mcpwright-connected-'))
  await writeFiles(folder, emitProject(await connectedDefinition(), projectSurroundings()))
  await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'))
  await run('npm', ['run', 'build'], { cwd: folder })
  client = new Client({ name: 'test', version: '1.0.0' })
  const env = { PATH: process.env.PATH ?? '', MODERN_TOKEN: TOKEN }
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args: ['dist/stdio.mjs'], cwd: folder, env }),
  )
})

afterAll(async () => {
  await client.close()
  for (const upstream of upstreams) await upstream[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

async function connectedDefinition(): Promise<ServerDefinition> {
  const connections = KINDS.map((name, index) => ({
    name,
    url: upstreams[index]?.url ?? '',
    transport: 'auto' as const,
    ...(name === 'modern' && { token: 'MODERN_TOKEN' }),
  }))
  const tools = KINDS.flatMap((connection) =>
    NOTES.filter(({ behaviour }) => behaviour !== 'ask').map(async ({ name, description, annotations }) => {
      const definition = { name, description, inputSchema: TEXT_INPUT, ...(annotations && { annotations }) }
      const digest = await toolDigest(definition)
      return toExternalTool({ digest, definition }, connection, `${connection}_${name}`.replace(/[-A-Z]/g, '_'))
    }),
  )
  return { ...sampleDefinition, connections, tools: [...sampleDefinition.tools, ...(await Promise.all(tools))] }
}

const read = async (name: string, input = {}) => {
  const { content, isError } = await client.callTool({ name, arguments: input })
  return { isError: isError === true, text: JSON.stringify(content) }
}

describe('a project with connected servers that was taken away', () => {
  it('type-checks and passes its own tests', async () => {
    await run('npm', ['run', 'typecheck'], { cwd: folder })
    const { stdout } = await run('npm', ['test'], { cwd: folder })
    expect(stdout).toMatch(/fail 0/)
  })

  it.each(KINDS)('calls tools of a server of the kind %s', async (kind) => {
    expect(await read(`${kind}_get_note`, { text: 'hi' })).toMatchObject({
      isError: false,
      text: expect.stringContaining('hi'),
    })
    expect(await read(`${kind}_drop_note`)).toMatchObject({ isError: true, text: expect.stringContaining('locked') })
    expect(await read(`${kind}_refuse_note`)).toMatchObject({
      isError: true,
      text: expect.stringContaining('No notes'),
    })
  })

  it('calls them from a Worker too', async () => {
    await using worker = await startWorker(path.join(folder, 'src/entries/worker.ts'), {
      MCP_TOKEN: 'open-sesame',
      MODERN_TOKEN: TOKEN,
    })
    const remote = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } })
    const requestInit = { headers: { authorization: 'Bearer open-sesame' } }
    await remote.connect(new StreamableHTTPClientTransport(new URL('/mcp', worker.url), { requestInit }))
    for (const round of ['first', 'second']) {
      for (const kind of KINDS) {
        const { content } = await remote.callTool({ name: `${kind}_get_note`, arguments: { text: round } })
        expect(JSON.stringify(content)).toContain(`get-note: {\\"text\\":\\"${round}`)
      }
    }
    await remote.close()
  })

  it.each(KINDS)(
    'is back after a restart of a server of the kind %s, and calls nothing that has changed',
    async (kind) => {
      const upstream = upstreams[KINDS.indexOf(kind)]
      await upstream?.kill()
      expect(await read(`${kind}_get_note`)).toMatchObject({ isError: true })
      await upstream?.startAgain()
      expect(await read(`${kind}_get_note`, { text: 'back' })).toMatchObject({ text: expect.stringContaining('back') })
      await upstream?.offer(NOTES.map((tool) => ({ ...tool, description: 'Other.' })))
      expect(await read(`${kind}_get_note`)).toMatchObject({ text: expect.stringContaining('TOOL_CHANGED') })
      await upstream?.offer([])
      expect(await read(`${kind}_get_note`)).toMatchObject({ text: expect.stringContaining('TOOL_GONE') })
    },
  )
})
