import { execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundleInstalled } from '../../scripts/build-mcpb.ts'
import { readDaemonRecord } from '../../src/daemon/daemon-file.ts'
import { readMigrations } from '../../src/db/migrations.ts'
import { call } from '../e2e/call.ts'
import { type LibraryApi, startLibraryApi } from '../e2e/library-api.ts'
import { hostPath, olderNode } from './host-node.ts'
import { installNewer } from './newer-install.ts'

const root = path.resolve(import.meta.dirname, '../..')
const description = path.join(root, 'test/fixtures/descriptions/library.yaml')
const [node, ...nodeArguments] = olderNode()
const run = promisify(execFile)

let folder: string
let tarball: string
let launcher: string
let api: LibraryApi
let environment: Record<string, string>

/** Packs, and installs as a person with an older Node does: globally, with install scripts on. */
beforeAll(async () => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'mcpwright-install-')))
  api = await startLibraryApi()
  environment = {
    ...withoutNpm(process.env),
    PATH: hostPath,
    MCPWRIGHT_HOME: path.join(folder, 'home'),
    MCPWRIGHT_PORT: '0',
    MCPWRIGHT_ALLOW_LOCAL: api.host,
    MCPWRIGHT_ENV_SECRETS: `LIBRARY_TOKEN@${api.host}`,
    LIBRARY_TOKEN: 'correct-horse',
    npm_config_ignore_scripts: 'false',
    npm_config_prefer_offline: 'true',
    npm_config_update_notifier: 'false',
  }
  const packing = await run(process.execPath, [path.join(root, 'scripts/build-package.ts'), 'pack', folder])
  tarball = packing.stdout.trim()
  const prefix = path.join(folder, 'global')
  await npm(['install', '--global', '--no-audit', '--no-fund', '--prefix', prefix, tarball])
  launcher = process.platform === 'win32' ? windowsLauncher(prefix) : path.join(prefix, 'bin', 'mcpwright')
}, 300_000)

afterAll(async () => {
  if (launcher && existsSync(launcher)) await mcpwright(['stop'])
  await api[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
})

describe('the published package', () => {
  it('says its version', async () => {
    const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'))
    expect((await mcpwright(['--version'])).stdout.trim()).toBe(version)
  })

  it('has a working sandbox, and finds nothing broken', async () => {
    const { stdout } = await mcpwright(['doctor'])
    expect(stdout).toContain('isolated-vm loads')
    expect(stdout).not.toContain('BROKEN')
  })

  it('carries compiled code, the database template and nothing of the checkout', () => {
    const files = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .map((file) => file.replace('package/', ''))
    expect(files).toContain('dist/src/cli.js')
    expect(files.filter((file) => /^dist\/database-[0-9a-f]+\.tar\.gz$/.test(file))).toHaveLength(1)
    const checkout = files.filter((file) => /^(src|test|bench|scripts|generators|bridge|\.)/.test(file))
    const templateCode = /^generators\/templates\/[a-z-]+\/code\/(tools|shared)\/[a-z-]+\.ts$/
    expect(checkout.filter((file) => !templateCode.test(file))).toEqual(['generators/catalogue/apis.json'])
    const sources = files.filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
    expect(sources.every((file) => file.startsWith('runtime/library/') || templateCode.test(file))).toBe(true)
  })

  it('shows what a description has, without a daemon', async () => {
    const { stdout } = await mcpwright(['run', description, '--preview'])
    expect(stdout).toContain('19 operations')
    expect(stdout).toContain('list_books')
  })

  it('writes a project with the runtime library in it', async () => {
    const out = path.join(folder, 'project')
    await mcpwright(['generate', description, '--out', out])
    expect(await readFile(path.join(out, 'src/lib/tool-context.ts'), 'utf8')).toContain('interface ToolContext')
  })

  it('answers lines on stdio, and ends when they end', async () => {
    const door = spawn(node, [...nodeArguments, launcher], { env: environment, stdio: ['pipe', 'pipe', 'inherit'] })
    const answers = createInterface(door.stdout)[Symbol.asyncIterator]()
    const ask = async (message: Record<string, unknown>) => {
      door.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
      return JSON.parse((await answers.next()).value ?? 'null')
    }
    const clientInfo = { name: 'lines', version: '1.0.0' }
    const initialize = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo }
    expect(await ask({ id: 1, method: 'initialize', params: initialize })).toMatchObject({
      id: 1,
      result: { protocolVersion: '2025-06-18', serverInfo: { name: 'mcpwright' } },
    })
    door.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })}\n`)
    const { result } = await ask({ id: 2, method: 'tools/list' })
    expect(result.tools.map((tool: { name: string }) => tool.name)).toContain('init_server')
    const ended = once(door, 'close')
    door.stdin.end()
    expect(await ended).toEqual([0, null])
  })

  it('takes a description to a tool that answers, and code to the sandbox', async () => {
    const client = new Client({ name: 'test', version: '1.0.0' })
    await client.connect(
      new StdioClientTransport({ command: node, args: [...nodeArguments, launcher], env: environment }),
    )
    try {
      await call(client, 'init_server', { name: 'library', description: 'Books.' })
      await call(client, 'import_openapi', { server: 'library', content: api.description, preview: false })
      const added = await call(client, 'add_tool', {
        server: 'library',
        name: 'count_words',
        description: 'Counts the words of a text.',
        effect: 'read',
        input_schema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
        code: 'return { words: input.text.split(" ").length }',
        try: { text: 'so long and thanks' },
      })
      expect(added.data).toMatchObject({ saved: 'count_words', try: { ok: true } })
      expect(await call(client, 'deploy', { server: 'library' })).toMatchObject({ isError: false })
      const books = { server: 'library', tool: 'list_books', arguments: {} }
      expect((await call(client, 'call_tool', books)).text).toContain('Frank Herbert')
      await call(client, 'init_server', { name: 'clock', description: 'Reminds.', template: 'agent-scheduler' })
      const preview = { server: 'clock', tool: 'preview_times', input: { cron: '0 8 * * *', count: 1 } }
      expect((await call(client, 'test_tool', preview)).data).toMatchObject({ ok: true })
      const count = { server: 'library', tool: 'count_words', arguments: { text: 'one two' } }
      expect((await call(client, 'call_tool', count)).text).toContain('2')
    } finally {
      await client.close()
    }
  })

  it('runs by npx from the tarball, with nothing installed', async () => {
    const empty = path.join(folder, 'empty')
    mkdirSync(empty)
    const { stdout } = await npm(['exec', '--yes', '--package', `file:${tarball}`, '--', 'mcpwright', 'doctor'], empty)
    expect(stdout).toContain('isolated-vm loads')
    // npm keeps what it ran in its cache, once for each tarball.
    const kept = /\((.+[\\/]_npx[\\/][0-9a-f]+)[\\/]/.exec(stdout)?.[1] ?? ''
    expect(kept).not.toBe('')
    const cached = path.join(kept, 'node_modules', 'mcpwright', 'bin', 'mcpwright.cjs')
    const person = { ...environment, HOME: path.join(folder, 'person'), USERPROFILE: path.join(folder, 'person') }
    await run(node, [...nodeArguments, cached, 'setup', 'cursor', '--yes'], { cwd: folder, env: person })
    // Nor does the daemon run from there.
    const other = { ...person, MCPWRIGHT_HOME: path.join(folder, 'npx-home'), MCPWRIGHT_PORT: '0' }
    await run(node, [...nodeArguments, cached, 'start'], { cwd: folder, env: other })
    const { pid } = JSON.parse(await readFile(path.join(folder, 'npx-home', 'daemon.json'), 'utf8'))
    const started = process.platform === 'linux' ? await readFile(`/proc/${pid}/cmdline`, 'utf8') : 'npx-home/app'
    expect(started).toContain(path.join('npx-home', 'app'))
    await run(node, [...nodeArguments, cached, 'stop'], { cwd: folder, env: other })
    rmSync(kept, { recursive: true, force: true })
    // What a client was told starts without that cache.
    const written = await readFile(path.join(folder, 'person', '.cursor', 'mcp.json'), 'utf8')
    const { command, args }: { command: string; args: string[] } = JSON.parse(written).mcpServers.mcpwright
    expect([command, ...args].filter((word) => !word.startsWith(path.join(folder, 'home', 'app')))).toEqual([])
    expect((await run(command, [...args, '--version'], { env: { PATH: '' } })).stdout).toMatch(/^\d/)
    rmSync(path.join(folder, 'home', 'app'), { recursive: true })
  }, 120_000)

  it('is a bundle for Claude Desktop that passes its check, unpacks, and runs with nothing on the PATH', async () => {
    const file = await bundleInstalled(path.dirname(path.dirname(realpathSync(launcher))), folder, { level: 0 })
    const unpacked = path.join(folder, 'unpacked')
    const mcpb = path.join(root, 'node_modules/.bin/mcpb')
    await run(process.execPath, [mcpb, 'unpack', file, unpacked])
    rmSync(file)
    const { stdout } = await run(process.execPath, [mcpb, 'validate', path.join(unpacked, 'manifest.json')])
    expect(stdout).toContain('Manifest schema validation passes!')
    const { server } = JSON.parse(await readFile(path.join(unpacked, 'manifest.json'), 'utf8'))
    const { command, args }: { command: string; args: string[] } = server.mcp_config
    const [program = '', ...words] = [command, ...args].map((word) => word.replace('${__dirname}', unpacked))
    const env = { PATH: '', MCPWRIGHT_HOME: path.join(folder, 'bundle-home'), MCPWRIGHT_PORT: '0' }
    const client = new Client({ name: 'test', version: '1.0.0' })
    try {
      await client.connect(new StdioClientTransport({ command: program, args: words, env, stderr: 'ignore' }))
      expect((await call(client, 'init_server', { name: 'bundled', description: 'x' })).isError).toBe(false)
    } finally {
      await client.close()
      await run(program, [...words, 'stop'], { env })
    }
  }, 120_000)
})

// GNU cp makes the copy of hard links.
describe.skipIf(process.platform !== 'linux')('an upgrade', () => {
  it('replaces the older daemon with its servers up, keeps a copy of the data, and can be gone back from', async () => {
    const home = path.join(folder, 'upgraded')
    const env = { ...environment, MCPWRIGHT_HOME: home }
    const newer = installNewer(path.dirname(path.dirname(realpathSync(launcher))), path.join(folder, 'newer'))
    /** What the server answers to who comes by a door of that installation. */
    const answerOf = async (program: string, prepare?: (client: Client) => Promise<unknown>) => {
      const client = new Client({ name: 'test', version: '1.0.0' })
      const args = [...nodeArguments, program]
      await client.connect(new StdioClientTransport({ command: node, args, env, stderr: 'ignore' }))
      await prepare?.(client)
      const { data } = await call(client, 'read_tool', { server: 'sums', tool: 'add', arguments: { a: 1, b: 2 } })
      await client.close()
      return { answer: data, daemon: readDaemonRecord(home)?.version }
    }
    const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'))
    const copies = () => readdirSync(path.join(home, 'upgrades'))
    try {
      expect(await answerOf(launcher, deploySums)).toEqual({ answer: { sum: 3 }, daemon: version })
      expect(await answerOf(newer.launcher)).toEqual({ answer: { sum: 3 }, daemon: newer.version })
      expect(copies()).toEqual([expect.stringMatching(new RegExp(`-schema-${readMigrations().length}$`))])
      const [copy = ''] = copies()
      expect((await run(node, [...nodeArguments, newer.launcher, 'status'], { env })).stdout).toContain(copy)

      // As docs/upgrade.md says.
      await run(node, [...nodeArguments, newer.launcher, 'stop'], { env })
      const refused = run(node, [...nodeArguments, launcher, 'ls'], { env })
      await expect(refused).rejects.toMatchObject({
        stderr: expect.stringMatching(/^SCHEMA_NEWER: .*\n.*upgrade\.md/m),
      })
      await run(node, [...nodeArguments, launcher, 'restore', path.join(home, 'upgrades', copy), '--yes'], { env })
      expect(await answerOf(launcher)).toEqual({ answer: { sum: 3 }, daemon: version })
      expect(copies()).toEqual([copy, expect.stringMatching(/-replaced$/)])
    } finally {
      await run(node, [...nodeArguments, newer.launcher, 'stop'], { env })
    }
  }, 120_000)
})

/** A server of its own code, which needs no API. */
async function deploySums(client: Client): Promise<void> {
  await call(client, 'init_server', { name: 'sums', description: 'Sums.' })
  const properties = { a: { type: 'number' }, b: { type: 'number' } }
  await call(client, 'add_tool', {
    server: 'sums',
    name: 'add',
    description: 'Adds two numbers. Returns the sum.',
    effect: 'read',
    input_schema: { type: 'object', properties, required: ['a', 'b'] },
    code: 'return { sum: input.a + input.b }',
  })
  expect(await call(client, 'deploy', { server: 'sums' })).toMatchObject({ isError: false })
}

function mcpwright(words: readonly string[]) {
  return run(node, [...nodeArguments, launcher, ...words], { cwd: folder, env: environment })
}

function npm(words: readonly string[], cwd = folder) {
  const windows = process.platform === 'win32'
  return run(windows ? 'npm.cmd' : 'npm', [...words], { cwd, env: environment, shell: windows })
}

/** npm tells its scripts about itself by variables that would steer the npm that is started here. */
function withoutNpm(own: NodeJS.ProcessEnv): Record<string, string> {
  const kept = Object.entries(own).filter(
    ([name]) => !/^(npm_|NODE_OPTIONS|VITEST|MCPWRIGHT_|DATABASE_URL)/i.test(name),
  )
  return Object.fromEntries(kept.map(([name, value]) => [name, value ?? '']))
}

function windowsLauncher(prefix: string): string {
  return path.join(prefix, 'node_modules', 'mcpwright', 'bin', 'mcpwright.cjs')
}
