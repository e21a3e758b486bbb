import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundleBridge } from '../../../scripts/bundle-bridge.ts'
import { BridgeUsageError, readBridgeOptions } from '../../../src/cli/bridge.ts'
import { STDIO_ECHO } from '../fixtures/bridge-endpoint.ts'
import { callForText, connectLegacy, connectModern } from '../fixtures/clients.ts'
import { initialize } from '../fixtures/raw-http.ts'

let folder: string
let bundle: string

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'bridge-bundle-'))
  bundle = await bundleBridge(folder)
})
afterAll(() => rm(folder, { recursive: true }))

interface RunningBridge extends AsyncDisposable {
  readonly url: string
  readonly lines: string[]
  /** @returns the exit code */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

/** The one file, away from all packages, as it is in an image. */
async function run(...words: string[]): Promise<RunningBridge> {
  const started = spawn(process.execPath, [bundle, ...words], {
    cwd: folder,
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const exited = new Promise<number | null>((resolve) => started.once('exit', resolve))
  const lines: string[] = []
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  createInterface(started.stderr).on('line', (line) => {
    lines.push(line)
    const url = /^Listening on (\S+)$/.exec(line)?.[1]
    if (url) resolve(url)
  })
  void exited.then(() => reject(new Error(lines.join('\n'))))
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> => {
    started.kill(signal)
    return await exited
  }
  return { url: await promise, lines, stop, [Symbol.asyncDispose]: async () => void (await stop()) }
}

describe('the bridge as one file', () => {
  it('is small enough to add to any image, and serves every era with only Node', async () => {
    expect((await stat(bundle)).size).toBeLessThan(300_000)
    await using bridge = await run('--', process.execPath, STDIO_ECHO)
    for (const connect of [connectLegacy, connectModern]) {
      const client = await connect(bridge.url)
      expect(await callForText(client, 'echo', { text: 'hi' })).toBe('hi')
      await client.close()
    }
    const health = await fetch(new URL('/health', bridge.url))
    expect(await health.json()).toMatchObject({ status: 'ok', state: 'running' })
    expect(await (await fetch(new URL('/metrics', bridge.url))).text()).toContain('mcpwright_requests_total{')
  })

  it('shares one process among all clients when told that the server is made for it', async () => {
    await using bridge = await run('--shared', '--', process.execPath, STDIO_ECHO)
    const clients = [await connectLegacy(bridge.url), await connectLegacy(bridge.url), await connectModern(bridge.url)]
    const pids = await Promise.all(clients.map((client) => callForText(client, 'pid')))
    expect(new Set(pids).size).toBe(1)
    await Promise.all(clients.map((client) => client.close()))
  })

  it('lets in who has the token, and no page from elsewhere', async () => {
    await using bridge = await run('--token', 'secret', '--', process.execPath, STDIO_ECHO)
    const status = async (headers: Record<string, string>): Promise<number> =>
      (
        await fetch(bridge.url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: '{}',
        })
      ).status
    expect(await status({})).toBe(401)
    expect(await status({ authorization: 'Bearer wrong' })).toBe(401)
    expect(await status({ authorization: 'Bearer secret', origin: 'https://evil.example' })).toBe(403)
    // The token is right, and the body is no message.
    expect(await status({ authorization: 'Bearer secret' })).toBe(400)
  })

  it('ends with its servers when it is told to', async () => {
    const bridge = await run('--', process.execPath, STDIO_ECHO)
    const { sessionId } = await initialize(bridge.url)
    const client = await connectLegacy(bridge.url)
    const pid = Number(await callForText(client, 'pid'))
    expect(sessionId).not.toBe('')
    expect(await bridge.stop()).toBe(0)
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  })

  it.skipIf(process.platform !== 'linux')('takes its servers with it even when it is killed', async () => {
    const deaf = 'console.error("pid " + process.pid); setInterval(() => {}, 1_000)'
    const bridge = await run('--shared', '--', process.execPath, '-e', deaf)
    const pidOf = (): number => Number(/pid (\d+)/.exec(bridge.lines.join('\n'))?.[1])
    await expect.poll(pidOf).toBeGreaterThan(0)
    await bridge.stop('SIGKILL')
    await expect.poll(() => isAlive(pidOf())).toBe(false)
  })

  it('says which port is taken', async () => {
    const other = createServer()
    await once(other.listen(0, '127.0.0.1'), 'listening')
    const { port } = other.address() as AddressInfo
    await expect(run('--port', String(port), '--', process.execPath, STDIO_ECHO)).rejects.toThrow(
      `Port ${port} is taken.`,
    )
    other.close()
  })
})

describe('the words of the command line', () => {
  it.each([
    [['--port', '1'], 'There is no command'],
    [['--host', '0.0.0.0', '--', 'x'], 'give it a --token'],
    [['--port', 'many', '--', 'x'], '--port is "many"'],
    [['--unknown', '--', 'x'], '--unknown'],
  ])('are refused with the reason: %j', (words, reason) => {
    expect(() => readBridgeOptions(words, {})).toThrow(BridgeUsageError)
    expect(() => readBridgeOptions(words, {})).toThrow(reason)
  })

  it('take the token from the environment, and keep it from the server', () => {
    const options = readBridgeOptions(['--host', '0.0.0.0', '--', 'x', '-y'], { MCP_TOKEN: 'secret', HOME: '/home' })
    expect(options).toMatchObject({ token: 'secret', command: ['x', '-y'], environment: { HOME: '/home' } })
    expect(options.environment).not.toHaveProperty('MCP_TOKEN')
  })
})

/** A killed process whose parent is gone may stay as a zombie for a moment. */
function isAlive(pid: number): boolean {
  const file = `/proc/${pid}/status`
  return existsSync(file) && !/^State:\s+Z/m.test(readFileSync(file, 'utf8'))
}
