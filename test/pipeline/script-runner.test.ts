import { once } from 'node:events'
import { mkdtemp, readdir, readlink, realpath, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { emitProject } from '../../generators/project/emit-project.ts'
import { detectIsolationLayers } from '../../runtime/supervisor/detect-isolation-layers.ts'
import { defaults } from '../../src/config/defaults.ts'
import { LOCAL_TENANT } from '../../src/model/ids.ts'
import { createScriptRunner, type ScriptName } from '../../src/pipeline/files/script-runner.ts'
import { createRunnerMeter } from '../../src/pipeline/metered-sandbox.ts'
import { projectSurroundings } from '../../src/pipeline/workshop/package-sources.ts'
import { sampleDefinition } from '../generators/project/sample-definition.ts'

const { layers } = await detectIsolationLayers()
const files = emitProject(sampleDefinition, projectSurroundings())
const NEVER = new AbortController().signal
let cache: string

beforeAll(async () => {
  cache = await realpath(await mkdtemp(path.join(tmpdir(), 'mcpwright-scripts-')))
})
afterAll(() => rm(cache, { recursive: true }))

function runner(limits: Partial<typeof defaults.scripts> | object = {}, secondsPerHour = 1_000) {
  const meter = createRunnerMeter(secondsPerHour)
  return createScriptRunner({ layers, cache, meter, limits: { ...defaults.scripts, ...limits } })
}

function run(script: ScriptName, changed: Record<string, string> = {}, signal = NEVER) {
  return runner().run({ ...files, ...changed }, script, LOCAL_TENANT, signal)
}

/** A test file whose build runs it. */
function testOf(code: string): Record<string, string> {
  return { 'test/server.test.ts': code }
}

describe.skipIf(layers.bubblewrap === undefined)('a script of a project', () => {
  it('builds, tests and type-checks it, and leaves nothing behind', async () => {
    expect(await run('test')).toMatchObject({ exitCode: 0, ended: 'exit', output: expect.stringMatching(/fail 0/) })
    const wrong = { 'src/tools/shout.ts': `${files['src/tools/shout.ts']}\nexport const a: number = 'b'\n` }
    expect(await run('typecheck', wrong)).toMatchObject({
      exitCode: 1,
      output: expect.stringMatching(/src\/tools\/shout\.ts\S+ - error|src\/tools\/shout\.ts\(/),
    })
    expect(await readdir(path.join(cache, 'projects'))).toEqual([])
  })

  it('stops at the first part that fails', async () => {
    const { exitCode, output } = await run('test', testOf('this is no TypeScript'))
    expect(exitCode).toBe(1)
    expect(output).toContain('test/server.test.ts:1')
    expect(output).not.toContain('# tests')
  })

  it('reaches no network, no environment, no files of this machine, and writes only what it builds', async () => {
    const server = createServer((_, response) => response.end('reached')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const secret = path.join(cache, 'master-key')
    await writeFile(secret, 'the key')
    const tries = `
      import { execFileSync } from 'node:child_process'
      import { readFileSync, writeFileSync } from 'node:fs'
      const attempts: Record<string, () => unknown> = {
        network: () => fetch('http://127.0.0.1:${port}/').then((answer) => answer.text()),
        name: () => fetch('https://example.com/'),
        key: () => readFileSync(${JSON.stringify(secret)}, 'utf8'),
        password: () => readFileSync('/etc/passwd', 'utf8'),
        parent: () => readFileSync('/proc/${process.pid}/environ', 'utf8'),
        write: () => writeFileSync('src/server.ts', ''),
        disk: () => writeFileSync('dist/large', Buffer.alloc(200 * 1024 * 1024)),
      }
      for (const [name, attempt] of Object.entries(attempts)) {
        try { await attempt(); console.log(name, 'WENT THROUGH') } catch { console.log(name, 'refused') }
      }
      console.log('environment', Object.keys(process.env).filter((name) => !/^(NODE_|PWD$|SHLVL$|_$)/.test(name)).toSorted().join())
      console.log('others', execFileSync('/bin/ls', ['/proc']).toString().split('\\n').filter((name) => Number(name) > 0).length < 20)
    `
    try {
      const { output } = await run('test', testOf(tries))
      expect(output.match(/\w+ refused/g)).toHaveLength(7)
      expect(output).not.toContain('WENT THROUGH')
      expect(output).toMatch(/environment HOME,PATH\b/)
      expect(output).toContain('others true')
    } finally {
      server.close()
    }
  })

  it('is killed with all that it started when it takes too long, too much memory, or is given up', async () => {
    const endless = testOf(`
      import { spawn } from 'node:child_process'
      spawn(process.execPath, ['-e', 'for (;;);'], { detached: true, stdio: 'ignore' }).unref()
      for (;;);
    `)
    const late = await runner({ wallMs: 3_000 }).run({ ...files, ...endless }, 'test', LOCAL_TENANT, NEVER)
    expect(late).toMatchObject({ ended: 'time', exitCode: null })
    await vi.waitUntil(async () => (await processesIn(cache)).length === 0, { timeout: 5_000 })
    const greedy = testOf('const all: Buffer[] = []\nfor (;;) all.push(Buffer.alloc(1024 * 1024, 1))')
    const fat = await runner({ memoryMiB: 400 }).run({ ...files, ...greedy }, 'test', LOCAL_TENANT, NEVER)
    expect(fat.exitCode).not.toBe(0)
    const given = new AbortController()
    const running = run('test', endless, given.signal)
    given.abort(new Error('gone'))
    await expect(running).rejects.toThrow('gone')
    expect(await readdir(path.join(cache, 'projects'))).toEqual([])
  })

  it('says no more than it may', async () => {
    const chatty = testOf("process.stdout.write('x'.repeat(100_000))")
    const { output, isCut } = await runner({ outputBytes: 1_000 }).run(
      { ...files, ...chatty },
      'test',
      LOCAL_TENANT,
      NEVER,
    )
    expect([output.length, isCut]).toEqual([1_000, true])
  })
})

/** Processes whose working folder is in a folder, also when that is gone. */
async function processesIn(folder: string): Promise<readonly string[]> {
  const numbers = (await readdir('/proc')).filter((name) => Number(name) > 0)
  const places = await Promise.all(numbers.map((name) => readlink(`/proc/${name}/cwd`).catch(() => '')))
  return places.filter((place) => place.startsWith(folder))
}

describe('scripts of projects', () => {
  it('do not run where nothing cuts the network', async () => {
    const open = { layers: { bubblewrap: undefined, prlimit: undefined }, cache, meter: createRunnerMeter(1) }
    const running = createScriptRunner({ ...open, limits: defaults.scripts }).run(files, 'build', LOCAL_TENANT, NEVER)
    await expect(running).rejects.toMatchObject({ code: 'SANDBOX_UNAVAILABLE' })
  })

  it('count as seconds of code', async () => {
    const running = runner({}, 0).run(files, 'build', LOCAL_TENANT, NEVER)
    await expect(running).rejects.toMatchObject({
      code: layers.bubblewrap === undefined ? 'SANDBOX_UNAVAILABLE' : 'LIMIT_EXCEEDED',
    })
  })
})
