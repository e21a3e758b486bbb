import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createServerBridge } from '../../../bridge/serve/create-server-bridge.ts'
import type { ServerBridge } from '../../../bridge/serve/server-bridge.ts'
import type { Broker } from '../../../runtime/supervisor/broker.ts'
import { detectIsolationLayers } from '../../../runtime/supervisor/detect-isolation-layers.ts'
import { composeCommand, NO_LAYERS } from '../../../runtime/supervisor/isolation-layers.ts'
import { startNodeChild } from '../../../runtime/supervisor/start-node-child.ts'
import { LIMITS } from '../../bridge/fixtures/bridge-endpoint.ts'
import { bundleFixture } from '../fixtures/bundle-fixture.ts'

let directory: string
let bundlePath: string
const { layers } = await detectIsolationLayers()

beforeAll(async () => {
  directory = await realpath(await mkdtemp(join(tmpdir(), 'node-child-')))
  bundlePath = join(directory, 'local.mjs')
  await writeFile(bundlePath, await bundleFixture('brokered-server.ts'))
})
afterAll(async () => {
  await rm(directory, { recursive: true })
})

/** Answers a fetch with what was asked, and knows one key. */
const broker: Broker = {
  call(call) {
    if (call.kind === 'store') return Promise.resolve({ key: call.key })
    if (call.kind !== 'fetch') return Promise.reject(new Error('unexpected'))
    const { url, body = '' } = call.request
    if (url.includes('evil')) {
      const refusal = Object.assign(new Error('Host "evil.example" is not allowed.'), { code: 'HOST_NOT_ALLOWED' })
      return Promise.reject(refusal)
    }
    return Promise.resolve({ url, status: 201, statusText: 'Created', headers: [], body })
  },
  notice() {},
}

function startBridge(memoryMiB = 256, isolation = layers): ServerBridge {
  return createServerBridge({
    name: 'brokered',
    limits: LIMITS,
    onLog: () => {},
    startChild: () =>
      startNodeChild({
        bundlePath,
        cwd: directory,
        env: { ONLY: 'this-alone-7f3a' },
        memoryMiB,
        broker,
        layers: isolation,
      }),
  })
}

async function callTool(bridge: ServerBridge, name: string, value = ''): Promise<string> {
  // The fixture's tools answer one text.
  const result = (await bridge.request('tools/call', { name, arguments: { value } })) as { content: [{ text: string }] }
  return result.content[0].text
}

it('gives the child its broker and nothing else of the world', async () => {
  const bridge = startBridge()
  expect(await callTool(bridge, 'fetch', 'https://api.example/things')).toBe('201 https://api.example/things grüße')
  expect(await callTool(bridge, 'fetch', 'https://evil.example/')).toContain('Host "evil.example" is not allowed.')
  expect(await callTool(bridge, 'store', 'color')).toBe('{"key":"color"}')
  const environment = Object.keys(JSON.parse(await callTool(bridge, 'environment')))
  // bubblewrap itself sets PWD, to the folder the child may read anyway.
  expect(environment.filter((name) => !name.startsWith('NODE_CHANNEL') && name !== 'PWD')).toEqual(['ONLY'])
  expect(await callTool(bridge, 'read', '/etc/passwd')).toContain('restricted')
  expect(await callTool(bridge, 'read', bundlePath)).toContain('brokered')
  await bridge.close()
})

it.runIf(process.platform === 'linux')('shows nothing of its environment to who can list processes', async () => {
  const bridge = startBridge()
  expect(JSON.parse(await callTool(bridge, 'environment'))).toMatchObject({ ONLY: 'this-alone-7f3a' })
  const commands = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && existsSync(`/proc/${name}/cmdline`))
    .map((name) => commandOf(name))
  expect(commands.some((command) => command.includes(bundlePath))).toBe(true)
  expect(commands.filter((command) => command.includes('this-alone-7f3a'))).toEqual([])
  await bridge.close()
})

/** Empty when the process has ended meanwhile. */
function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

it('answers 200 broker calls at once, each to its caller', async () => {
  const bridge = startBridge()
  const keys = Array.from({ length: 200 }, (_, index) => `key ${index}`)
  const answers = await Promise.all(keys.map((key) => callTool(bridge, 'store', key)))
  expect(answers).toEqual(keys.map((key) => JSON.stringify({ key })))
  await bridge.close()
})

it('kills a child that uses more memory than it may, and says so', async () => {
  const bridge = startBridge(160, { ...layers, prlimit: undefined })
  await bridge.wake()
  await expect(callTool(bridge, 'hog')).rejects.toThrow('SIGKILL')
  expect(bridge.health().reason).toMatch(/used \d+ MiB of memory, 160 MiB are allowed/)
  await bridge.close()
})

it('stops a child that never yields, with its whole group', async () => {
  const bridge = startBridge()
  await bridge.wake()
  // A layer around the child has the pid; the child below it has another, and in its own namespace a third.
  const pids = processTree(bridge.health().pid ?? 0)
  const looping = callTool(bridge, 'loop')
  const closing = bridge.close()
  await expect(looping).rejects.toThrow('was closed')
  await closing
  await expect.poll(() => pids.filter(isAlive)).toEqual([])
})

function processTree(pid: number): number[] {
  const file = `/proc/${pid}/task/${pid}/children`
  const children = existsSync(file) ? readFileSync(file, 'utf8').split(' ').filter(Boolean).map(Number) : []
  return [pid, ...children.flatMap(processTree)]
}

// Only the kernel can end a process that never looks at its channel.
const endsLoops = layers.bubblewrap ?? layers.setpriv
it.each(endsLoops ? ['idle', 'loop'] : ['idle'])(
  'leaves no orphan when the parent is killed while the child is in "%s"',
  async (tool) => {
    const program = new URL('../fixtures/parent.ts', import.meta.url).pathname
    const parent = spawn(process.execPath, [program, bundlePath, directory, tool], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = await once(createInterface({ input: parent.stdout }), 'line')
    const pid = Number(line)
    expect(() => process.kill(pid, 0)).not.toThrow()
    parent.kill('SIGKILL')
    await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false)
  },
)

it('reports which layers work here, in words', async () => {
  const report = await detectIsolationLayers()
  expect(report.layers.permission).toBe(true)
  expect(report.lines).toHaveLength(4)
  expect(report.lines[0]).toBe('Files: only the bundle is readable.')
})

it('puts bubblewrap around Node with the network cut and the IPC channel handed through', () => {
  const { command, args } = composeCommand({
    layers: { ...NO_LAYERS, permission: true, bubblewrap: '/usr/bin/bwrap', setpriv: '/usr/bin/setpriv' },
    node: '/opt/node',
    readablePaths: ['/data/x'],
    memoryMiB: 128,
    nodeArguments: ['/data/x/local.mjs'],
  })
  expect(command).toBe('/usr/bin/bwrap')
  const line = args.join(' ')
  expect(line).toContain('--unshare-all --die-with-parent')
  // What else is on this machine can read the words of a command.
  expect(line).not.toContain('--setenv')
  expect(line).toMatch(
    /-- \/opt\/node --permission --allow-fs-read=\/data\/x --max-old-space-size=96 \/data\/x\/local\.mjs$/,
  )
})

/** A killed process whose parent is gone may stay as a zombie for a moment. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  // What has ended stays listed until its new parent looks, which in a container may be never.
  const status = existsSync(`/proc/${pid}/status`) ? readFileSync(`/proc/${pid}/status`, 'utf8') : ''
  return !/^State:\s+Z/m.test(status)
}
