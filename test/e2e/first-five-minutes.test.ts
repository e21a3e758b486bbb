import { execFile } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Server } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { parse as parseToml } from '@decimalturn/toml-patch'
import { parse as parseJson } from 'jsonc-parser'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load-config.ts'
import { findDaemon } from '../../src/daemon/ensure-daemon.ts'
import { ensureTestTemplate } from '../db/test-pglite.ts'
import { claimPortRange, findLastingPort, type PortRange } from '../fixtures/lasting-port.ts'
import { call } from './call.ts'
import { CLIENT_FILES } from './client-files.ts'
import { launcher } from './test-home.ts'

const run = promisify(execFile)
let folder: string
let home: string
let environment: Record<string, string>
let ports: PortRange
let before: Record<string, string>
/** The person's chat, which stays open from beginning to end. */
let chat: Client

interface Started {
  readonly command: string
  readonly args: string[]
}

/** Runs a command of ours as in a terminal that nobody watches. */
async function mcpwright(...words: string[]): Promise<{ code: number; said: string }> {
  try {
    const { stdout, stderr } = await run(process.execPath, [launcher, ...words], { env: environment })
    return { code: 0, said: stdout + stderr }
  } catch (error) {
    const { code, stdout, stderr }: { code?: number; stdout?: string; stderr?: string } = { ...Object(error) }
    return { code: code ?? -1, said: `${stdout}${stderr}` }
  }
}

/** Every file of a folder with its mode and text, every link with its target. */
function contents(of: string): Record<string, string> {
  const found = readdirSync(of, { recursive: true, withFileTypes: true }).map((entry) => {
    const file = path.join(entry.parentPath, entry.name)
    const text = entry.isSymbolicLink() ? readlinkSync(file) : entry.isFile() ? readFileSync(file, 'utf8') : ''
    return [path.relative(of, file), `${(lstatSync(file).mode & 0o7777).toString(8)} ${text}`] as const
  })
  return Object.fromEntries(found.toSorted(([one], [other]) => one.localeCompare(other)))
}

/** What a client starts under a name, as its configuration says. */
function entryOf(file: string, name: string): Started | undefined {
  const text = readFileSync(path.join(home, file), 'utf8')
  const { mcpServers, servers, mcp_servers: tables } = file.endsWith('.toml') ? parseToml(text) : parseJson(text)
  return (mcpServers ?? servers ?? tables)?.[name]
}

/** Starts it as that client would: by the words of its configuration, with next to nothing on the PATH. */
async function open({ command, args }: Started): Promise<Client> {
  const client = new Client({ name: 'test', version: '1.0.0' })
  const { HOME = '', MCPWRIGHT_PORT = '', MCPWRIGHT_PORT_RANGE = '' } = environment
  const env = { PATH: '/usr/bin:/bin', HOME, MCPWRIGHT_PORT, MCPWRIGHT_PORT_RANGE }
  await client.connect(new StdioClientTransport({ command, args, env, stderr: 'ignore' }))
  return client
}

/** Processes that were started for this home, with all below them. */
function processesOfHome(): number[] {
  const all = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []))
  const parents = new Map(all.map((pid) => [pid, Number(read(pid, 'stat').split(') ')[1]?.split(' ')[1])]))
  const own = new Set(
    all.filter((pid) => pid !== process.pid && (read(pid, 'environ') + read(pid, 'cmdline')).includes(folder)),
  )
  for (let grown = -1; grown !== own.size;) {
    grown = own.size
    for (const [pid, parent] of parents) if (own.has(parent)) own.add(pid)
  }
  return [...own].filter((pid) => !/^\d+ \(.*\) Z/.test(read(pid, 'stat')))
}

/** @returns '' of a process that has ended meanwhile, or is not ours to read */
function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1')
  } catch {
    return ''
  }
}

function killAll(): void {
  for (const pid of processesOfHome()) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended with its parent.
    }
  }
}

/** The kernel may still be closing what had the port. */
async function listens(server: Server, port: number): Promise<boolean> {
  server.listen(port, '127.0.0.1')
  return once(server, 'listening').then(
    () => true,
    () => false,
  )
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'mcpwright-minutes-'))
  home = path.join(folder, 'home')
  for (const [file, text] of Object.entries(CLIENT_FILES)) {
    mkdirSync(path.dirname(path.join(home, file)), { recursive: true })
    writeFileSync(path.join(home, file), text)
  }
  chmodSync(path.join(home, '.claude.json'), 0o600)
  const tools = path.join(folder, 'tools')
  mkdirSync(tools)
  for (const name of ['systemctl', 'loginctl']) {
    copyFileSync(path.join(import.meta.dirname, 'fake-systemd.mjs'), path.join(tools, name))
    chmodSync(path.join(tools, name), 0o755)
  }
  before = contents(home)
  ports = await claimPortRange()
  environment = {
    HOME: home,
    PATH: [tools, path.dirname(process.execPath), '/usr/bin', '/bin'].join(path.delimiter),
    MCPWRIGHT_PORT: String(await findLastingPort()),
    MCPWRIGHT_PORT_RANGE: `${ports.from}-${ports.to}`,
  }
  // As the published package has it.
  const template = await ensureTestTemplate()
  const templates = path.join(loadConfig(environment).home, 'cache', 'templates')
  mkdirSync(templates, { recursive: true })
  copyFileSync(template, path.join(templates, path.basename(template)))
})

afterAll(async () => {
  await chat?.close()
  killAll()
  await ports[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
})

describe.skipIf(process.platform !== 'linux')('the first five minutes', () => {
  it('begin with a few lines: what was started, where the inbox is, what is next', async () => {
    const { code, said } = await mcpwright('start')
    expect(code).toBe(0)
    expect(said).toContain('has started, for the first time here')
    expect(said).toMatch(new RegExp(`Inbox +http://127\\.0\\.0\\.1:${environment['MCPWRIGHT_PORT']}/inbox/open/\\S+\n`))
    expect(said).toContain('Next: npx mcpwright setup (adds it to Claude Desktop, Claude Code, Cursor, VS Code, ')
    expect(said.split('\n').length).toBeLessThan(14)
    expect(said).not.toContain('Bearer')
  })

  it('go on with one command that adds it to every client', async () => {
    const { code, said } = await mcpwright('setup', '--yes')
    expect([code, said.match(/: written/g)?.length]).toEqual([0, Object.keys(CLIENT_FILES).length])
    const entries = Object.keys(CLIENT_FILES).map((file) => entryOf(file, 'mcpwright'))
    const { command, args } = entries[0] ?? { command: '', args: [] }
    expect([path.isAbsolute(command), args]).toEqual([true, [launcher]])
    expect(entries.every((entry) => entry?.command === command && entry.args[0] === launcher)).toBe(true)
    expect((await mcpwright('start')).said).toContain('Next: say "make me a server for this API"')
  })

  it('have a server that was made in the chat', async () => {
    chat = await open(entryOf('.config/Claude/claude_desktop_config.json', 'mcpwright')!)
    await call(chat, 'init_server', { name: 'greeter', description: 'Greets people.' })
    await call(chat, 'add_tool', {
      server: 'greeter',
      name: 'say_hello',
      description: 'Says hello. Returns a text.',
      effect: 'read',
      input_schema: { type: 'object', properties: {} },
      code: 'return "hello"',
    })
    expect((await call(chat, 'deploy', { server: 'greeter' })).isError).toBe(false)
  })

  it('and that one command adds to a client', async () => {
    expect((await mcpwright('install', 'nobody', '--client', 'cursor', '--yes')).said).toContain('SERVER_UNKNOWN')
    expect((await mcpwright('install', 'greeter', '--client', 'cursor', '--yes')).code).toBe(0)
    expect(entryOf('.cursor/mcp.json', 'greeter')?.args).toEqual([launcher, 'connect', 'greeter'])
    expect(entryOf('.codex/config.toml', 'greeter')).toBeUndefined()
  })

  it('and that one file brings back, on the day it is lost', async () => {
    const file = path.join(folder, 'everything.backup')
    expect((await mcpwright('backup', file)).said).toContain(`Everything is in ${file}.`)
    expect((await mcpwright('rm', 'greeter', '--yes')).code).toBe(0)
    expect((await mcpwright('ls')).said).not.toContain('greeter')
    expect((await mcpwright('restore', file, '--yes')).said).toContain('Restored. Next: mcpwright start')
    // The chat is open still, and the client's entry is what it was.
    expect((await call(chat, 'list_servers')).text).toContain('greeter: running')
    const greeter = await open(entryOf('.cursor/mcp.json', 'greeter')!)
    const { content } = await greeter.callTool({ name: 'say_hello', arguments: {} })
    await greeter.close()
    expect(content).toEqual([{ type: 'text', text: 'hello' }])
  })
})

describe.skipIf(process.platform !== 'linux')('a reboot', () => {
  it('does not end what the service keeps up', async () => {
    const words = ['--env', 'MCPWRIGHT_PORT', 'MCPWRIGHT_PORT_RANGE', '--yes']
    expect((await mcpwright('service', 'install', ...words)).said).toContain('mcpwright runs as a service of systemd')
    const { mcpServers } = JSON.parse((await mcpwright('endpoint', 'greeter')).said)
    const port = new URL(mcpServers.greeter.url).port
    killAll()
    await expect.poll(processesOfHome).toEqual([])
    // Meanwhile another program has got the server's port.
    const intruder = createServer()
    await expect.poll(() => listens(intruder, Number(port))).toBe(true)
    // What systemd does at login.
    await run(path.join(folder, 'tools', 'systemctl'), ['--user', 'restart', 'mcpwright.service'], { env: environment })
    const pid = Number(readFileSync(path.join(folder, 'tools', 'pid'), 'utf8'))
    await expect.poll(async () => (await findDaemon(loadConfig(environment)))?.pid, { timeout: 20_000 }).toBe(pid)
    const greeter = await open(entryOf('.cursor/mcp.json', 'greeter')!)
    const { content } = await greeter.callTool({ name: 'say_hello', arguments: {} })
    await greeter.close()
    intruder.close()
    expect((await mcpwright('status')).said).toContain(`Port ${port} is used by another program: it listens on `)
    expect(content).toEqual([{ type: 'text', text: 'hello' }])
    const status = await mcpwright('service', 'status')
    expect(status.said).toMatch(
      new RegExp(
        `systemd: active\n[^]*loginctl enable-linger[^]*runs \\(pid ${pid}, port ${environment['MCPWRIGHT_PORT']}\\)`,
      ),
    )
  })
})

describe.skipIf(process.platform !== 'linux')('uninstall', () => {
  it('does nothing before somebody says what becomes of the data', async () => {
    const { code, said } = await mcpwright('uninstall')
    expect([code, said]).toEqual([1, expect.stringContaining('Add --keep-data or --delete-data.')])
    expect((await mcpwright('status')).code).toBe(0)
  })

  it('leaves a home as if it had never been there, and a chat that is open does not bring it back', async () => {
    chat = await open(entryOf('.config/Claude/claude_desktop_config.json', 'mcpwright')!)
    expect((await call(chat, 'list_servers')).text).toContain('greeter: running')
    expect((await mcpwright('uninstall', '--delete-data')).code).toBe(0)
    await expect(call(chat, 'list_servers')).rejects.toThrow('mcpwright was uninstalled while this client ran')
    await chat.close()
    await expect.poll(processesOfHome).toEqual([])
    expect(contents(home)).toEqual(before)
  })
})
