import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Client as ModernClient } from '@modelcontextprotocol/client'
import { Client as V1Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport as V1StdioTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { INSTALL_CLIENTS } from '../../src/pipeline/install/install-clients.ts'
import { call } from './call.ts'
import { launcher, openTestHome, type TestHome } from './test-home.ts'

const run = promisify(execFile)
const mcpb = path.resolve(import.meta.dirname, '../../node_modules/.bin/mcpb')
let home: TestHome
let client: ModernClient
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'mcpwright-install-'))
  home = await openTestHome()
  client = await home.connect()
  await call(client, 'init_server', { name: 'greeter', description: 'Greets people.' })
  await call(client, 'add_tool', {
    server: 'greeter',
    name: 'say_hello',
    description: 'Says hello to somebody. Returns a text.',
    effect: 'read',
    input_schema: { type: 'object', properties: {} },
    code: 'return "hello"',
  })
})

afterAll(async () => {
  await home[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

interface Invocation {
  readonly command: string
  readonly args: string[]
}

const install = (name: string) => call(client, 'get_install', { server: 'greeter', client: name })
const snippetOf = async (name: string): Promise<string> => String((await install(name)).data['snippet'])

/** Starts what a snippet names, as its client would, and calls the tool. */
async function answerOf({ command, args }: Invocation, env = home.environment): Promise<unknown> {
  await using stack = new AsyncDisposableStack()
  const started = new V1Client({ name: 'test', version: '1.0.0' })
  await started.connect(new V1StdioTransport({ command, args, env: { ...env, PATH: '' }, stderr: 'ignore' }))
  stack.defer(() => started.close())
  return (await started.callTool({ name: 'say_hello', arguments: {} })).content
}

const readBundle = async () => (await client.readResource({ uri: 'mcpwright://servers/greeter/mcpb' })).contents[0]

/** Words of a shell command without quotes in them. */
const words = (text: string): Invocation => {
  const [command = '', ...args] = text.split(' ')
  return { command, args }
}
const hello = [{ type: 'text', text: 'hello' }]

describe('a server that is not up', () => {
  it('is not installed yet, and the answer says how it gets there', async () => {
    const { error } = await install('cursor')
    expect(error).toMatchObject({ code: 'SERVER_NOT_RUNNING', next: { tool: 'deploy' } })
    expect((await install('mcpb')).error.code).toBe('VERSION_UNKNOWN')
    await call(client, 'deploy', { server: 'greeter' })
  })
})

describe('what is pasted', () => {
  it.each(['claude-desktop', 'cursor', 'windsurf', 'gemini', 'json'])('into %s starts the server', async (name) => {
    const { mcpServers }: { mcpServers: { greeter: Invocation } } = JSON.parse(await snippetOf(name))
    expect(await answerOf(mcpServers.greeter)).toEqual(hello)
  })

  it('into VS Code has its own form', async () => {
    const { servers }: { servers: { greeter: Invocation & { type: string } } } = JSON.parse(await snippetOf('vscode'))
    expect(servers.greeter.type).toBe('stdio')
    expect(await answerOf(servers.greeter)).toEqual(hello)
  })

  it('into a terminal for Claude Code and the Inspector', async () => {
    const [, ofClaude = ''] = (await snippetOf('claude-code')).split('claude mcp add greeter -- ')
    expect(await answerOf(words(ofClaude))).toEqual(hello)
    const [, ofInspector = ''] = (await snippetOf('inspector')).split('npx @modelcontextprotocol/inspector ')
    expect(await answerOf(words(ofInspector))).toEqual(hello)
  })

  it('into Codex is TOML', async () => {
    const [, command = '', list = ''] =
      /^\[mcp_servers\.greeter\]\ncommand = (.*)\nargs = (.*)\n$/.exec(await snippetOf('codex')) ?? []
    expect(await answerOf({ command: JSON.parse(command), args: JSON.parse(list) })).toEqual(hello)
  })

  it('or opened as a link names the same server', async () => {
    const cursor = new URL(String((await install('cursor')).data['link']))
    expect(`${cursor.protocol}//${cursor.host}${cursor.pathname}`).toBe(
      'cursor://anysphere.cursor-deeplink/mcp/install',
    )
    const config = Buffer.from(cursor.searchParams.get('config') ?? '', 'base64').toString('utf8')
    expect(await answerOf(JSON.parse(config))).toEqual(hello)
    const [, query = ''] = String((await install('vscode')).data['link']).split('vscode:mcp/install?')
    expect(JSON.parse(decodeURIComponent(query))).toMatchObject({
      name: 'greeter',
      type: 'stdio',
      args: [launcher, 'connect', 'greeter'],
    })
  })

  it('holds no token', async () => {
    const answers = await Promise.all(INSTALL_CLIENTS.map(install))
    expect(JSON.stringify(answers)).not.toMatch(/bearer|authorization/i)
  })
})

describe('the bundle', () => {
  it('passes the check of its own tool, unpacks, and runs without mcpwright', async () => {
    const { data } = await install('mcpb')
    const file = String(data['file'])
    const unpacked = path.join(folder, 'unpacked')
    await run(process.execPath, [mcpb, 'unpack', file, unpacked])
    const { stdout } = await run(process.execPath, [mcpb, 'validate', path.join(unpacked, 'manifest.json')])
    expect(stdout).toContain('Manifest schema validation passes!')
    const manifest: { server: { mcp_config: Invocation } } = JSON.parse(
      await readFile(path.join(unpacked, 'manifest.json'), 'utf8'),
    )
    const args = manifest.server.mcp_config.args.map((arg) => arg.replace('${__dirname}', unpacked))
    expect(await answerOf({ command: process.execPath, args }, { PATH: '' })).toEqual(hello)
  })

  it('is the same resource for the same version, byte for byte', async () => {
    const [first, second] = [await readBundle(), await readBundle()]
    expect(first).toEqual(second)
    const bytes = Buffer.from(first && 'blob' in first ? first.blob : '', 'base64')
    expect(bytes.equals(await readFile(String((await install('mcpb')).data['file'])))).toBe(true)
  })
})

describe('the entry for the registry', () => {
  it('names the bundle by its digest, and what is left to fill in', async () => {
    const { data, text } = await install('registry')
    const { data: bundle } = await install('mcpb')
    expect(data['server_json']).toMatchObject({
      name: 'io.github.OWNER/greeter',
      version: '1.0.1',
      packages: [{ registryType: 'mcpb', fileSha256: bundle['sha256'], transport: { type: 'stdio' } }],
    })
    expect(text).toContain('mcp-publisher publish')
  })
})
