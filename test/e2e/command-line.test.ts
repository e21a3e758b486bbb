import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase } from '../../src/db/open-database.ts'
import { type LibraryApi, startLibraryApi } from './library-api.ts'
import { launcher, openTestHome, type TestHome } from './test-home.ts'

let home: TestHome
let api: LibraryApi

beforeAll(async () => {
  api = await startLibraryApi()
  home = await openTestHome({ MCPWRIGHT_ALLOW_LOCAL: api.host })
})
afterAll(async () => {
  await home[Symbol.asyncDispose]()
  await api[Symbol.asyncDispose]()
})

interface Outcome {
  readonly code: unknown
  readonly out: string
  readonly err: string
}

function run(...words: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [launcher, ...words], { env: home.environment, cwd: home.folder }, (error, out, err) =>
      resolve({ code: error?.code ?? 0, out, err }),
    )
  })
}

const SUM_CODE = 'console.log("adding", input.a)\nreturn { sum: input.a + input.b }'
const SUM_SCHEMA = '{"type":"object","properties":{"a":{"type":"number"},"b":{"type":"number"}},"required":["a","b"]}'
const ADD = ['--server', 'sums', '--name', 'add', '--effect', 'read', '--code', SUM_CODE, '--input-schema', SUM_SCHEMA]

describe('the command line', () => {
  it('makes a server by the same tools that a chat has, and says what to type next', async () => {
    const { out } = await run('ls')
    expect(out).toBe('There are no servers yet. Next: mcpwright call init_server --help\n')
    expect(await run('call', 'init_server', '--name', 'sums', '--description', 'Sums.')).toMatchObject({ code: 0 })
    expect(
      (await run('call', 'add_tool', ...ADD, '--description', 'Adds two numbers; returns the sum.')).out,
    ).toContain('Next: mcpwright deploy sums')
    const deployed = await run('deploy', 'sums')
    expect(deployed).toMatchObject({ code: 0, out: expect.stringContaining('"sums" version 1 is up at http://') })
    expect(deployed.err).toContain('Building version 1')
  })

  it('shows servers as a table, and as data', async () => {
    const [head, row] = (await run('ls')).out.split('\n')
    expect(head).toMatch(/^NAME {2}STATUS {3}TOOLS {2}ADDRESS$/)
    expect(row).toMatch(/^sums {2}running {6}1 {2}http:\/\/127\.0\.0\.1:\d+\/mcp$/)
    expect(JSON.parse((await run('ls', '--json')).out)).toMatchObject({ servers: [{ name: 'sums', tools: 1 }] })
  })

  it('writes the project of a server, and takes it back edited, in the version that is deployed next', async () => {
    const folder = path.join(home.folder, 'sums-project')
    expect((await run('generate', '--server', 'sums', '--out', folder)).out).toContain('mcpwright adopt sums-project')
    expect((await run('generate', '--out', folder)).code).toBe(2)
    const tool = path.join(folder, 'src', 'tools', 'add.ts')
    await writeFile(tool, (await readFile(tool, 'utf8')).replace('input.a + input.b', 'input.a + input.b + 100'))
    const asked = await run('adopt', folder, '--server', 'sums')
    expect(asked).toMatchObject({ code: 1, out: expect.stringMatching(/^\+.*\+ 100/m) })
    expect(asked.err).toContain('CONFIRMATION_NEEDED')
    expect((await run('adopt', folder, '--server', 'sums', '--yes')).out).toContain('Next: mcpwright deploy sums')
    await run('deploy', 'sums')
    const input = ['--server', 'sums', '--tool', 'add', '--arguments', '{"a":1,"b":2}']
    expect((await run('call', 'read_tool', ...input)).out).toContain('103')
    await writeFile(tool, (await readFile(tool, 'utf8')).replace(' + 100', ''))
    expect(await run('adopt', folder, '--server', 'sums', '--yes')).toMatchObject({ code: 0 })
    await run('deploy', 'sums')
  })

  it('calls a tool, and prints its own answer', async () => {
    const called = await run(
      'call',
      'read_tool',
      '--server',
      'sums',
      '--tool',
      'add',
      '--arguments',
      '{"a":1,"b":2}',
      '--json',
    )
    expect(JSON.parse(called.out)).toEqual({ sum: 3 })
  })

  it('follows a log until it is interrupted', async () => {
    const logs = spawn(process.execPath, [launcher, 'logs', 'sums', '-f'], { env: home.environment })
    try {
      await saying(logs, 'adding 1')
      await run('call', 'read_tool', '--server', 'sums', '--tool', 'add', '--arguments', '{"a":7,"b":2}')
      await saying(logs, 'adding 7')
      logs.kill('SIGINT')
      const [code] = await once(logs, 'exit')
      expect(code).toBe(0)
    } finally {
      logs.kill('SIGKILL')
    }
  })

  it('reads descriptions from the folder it is started in', async () => {
    await writeFile(path.join(home.folder, 'library.json'), api.description)
    await run('call', 'init_server', '--name', 'library', '--description', 'Books.')
    const imported = await run(
      'call',
      'import_openapi',
      '--server',
      'library',
      '--file',
      'library.json',
      '--no-preview',
      '--select',
      '{"all":true}',
    )
    expect(imported).toMatchObject({ code: 0, err: expect.not.stringContaining('FILE_NOT_ALLOWED') })
    expect(JSON.parse((await run('show', 'library', '--json')).out).tools.length).toBeGreaterThan(10)
  })

  it('destroys nothing unasked, and says how to agree', async () => {
    const refused = await run('rm', 'library')
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('Next: mcpwright rm library --yes') })
    expect((await run('rm', 'library', '--yes')).code).toBe(0)
    expect((await run('ls')).out).not.toContain('library')
  })

  it('tells a failed call from wrong words by its exit code', async () => {
    expect(await run('show', 'nothing')).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining('SERVER_UNKNOWN'),
    })
    const { code, out } = await run('show', 'nothing', '--json')
    expect({ code, error: JSON.parse(out).error.code }).toEqual({ code: 1, error: 'SERVER_UNKNOWN' })
    expect(await run('call', 'deplo')).toMatchObject({ code: 2, err: expect.stringContaining('Did you mean deploy?') })
    expect(await run('deploy', '--outdated')).toMatchObject({
      code: 0,
      out: 'Every server runs on the runtime library of this mcpwright.\n',
    })
    expect(await run('deploy')).toMatchObject({
      code: 2,
      err: expect.stringContaining('give the name of a server, or --outdated'),
    })
  })

  it('renews what runs on an older runtime library, and nothing else', async () => {
    await run('stop')
    const db = await openDatabase({ directory: home.folder })
    await db.asSystem((sql) => sql.query("UPDATE builds SET library = 'of before'"))
    await db.close()
    expect((await run('ls')).out).toContain('1 on an older runtime library: mcpwright deploy --outdated')
    expect((await run('deploy', '--outdated')).out).toContain('1 of 1 renewed.')
    expect((await run('ls')).out).not.toContain('older runtime library')
  })

  it('completes commands, options and the names of servers', async () => {
    const suggested = async (...words: string[]) =>
      (await run('complete', '--', ...words)).out.split('\n').map((line) => line.split('\t')[0])
    expect(await suggested('dep')).toContain('deploy')
    expect(await suggested('deploy', '')).toContain('sums')
    expect(await suggested('deploy', 'sums', '--ver')).toContain('--version')
    expect(await suggested('call', 'deploy', '--server', '')).toContain('sums')
    expect((await run('complete', 'bash')).out).toContain('mcpwright complete -- ')
  })
})

/** Until a process has said so on standard output. */
async function saying(child: ChildProcess, text: string): Promise<void> {
  let said = ''
  for await (const [piece] of onData(child)) {
    said += String(piece)
    if (said.includes(text)) return
  }
}

async function* onData(child: ChildProcess): AsyncGenerator<[unknown]> {
  for (;;) yield (await once(child.stdout!, 'data')) as [unknown]
}
