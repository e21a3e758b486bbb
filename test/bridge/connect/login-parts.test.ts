import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openCallback } from '../../../bridge/connect/login/callback-server.ts'
import { lockLogin } from '../../../bridge/connect/login/login-lock.ts'
import { createLoginStore } from '../../../bridge/connect/login/login-store.ts'
import { openBrowser } from '../../../bridge/connect/login/open-browser.ts'
import { backOff } from '../../../bridge/connect/retry-policy.ts'
import { watchSleep } from '../../../bridge/connect/watch-sleep.ts'
import { createParameterHeaders } from '../../../bridge/connect/parameter-headers.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'login-parts-'))
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

describe('the opener of pages', () => {
  it.each(['javascript:alert(1)', 'file:///etc/passwd', 'http://login.example/', 'vscode://run', '-h', ''])(
    'opens no %j on any platform',
    async (address) => {
      const opened = (['linux', 'darwin', 'win32'] as const).map((platform) => openBrowser(address, platform))
      expect(await Promise.all(opened)).toEqual([false, false, false])
    },
  )

  it('hands an address over as one argument, whatever a shell would make of it', async () => {
    const seen = path.join(folder, 'seen')
    const script = `#!${process.execPath}\nrequire('node:fs').writeFileSync('${seen}', JSON.stringify(process.argv.slice(2)))\n`
    await writeFile(path.join(folder, 'xdg-open'), script)
    await chmod(path.join(folder, 'xdg-open'), 0o755)
    vi.stubEnv('PATH', folder)
    const address = `https://login.example/?a=$(touch%20${folder}/owned);\`id\`&b=|calc&c=%PATH%`
    expect(await openBrowser(address, 'linux')).toBe(true)
    expect(JSON.parse(await readFile(seen, 'utf8'))).toEqual([new URL(address).href])
  })

  it('says that it could not, where there is no opener', async () => {
    vi.stubEnv('PATH', folder)
    expect(await openBrowser('https://login.example/', 'linux')).toBe(false)
  })
})

describe('the callback', () => {
  it('takes another port when that of an earlier registration is in use, but not for one that a person named', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    // A TCP server's address is an AddressInfo.
    const { port } = other.address() as AddressInfo
    await using callback = await openCallback('state', { preferred: port })
    expect(callback.redirectUri).not.toContain(String(port))
    await expect(openCallback('state', { fixed: port })).rejects.toMatchObject({
      message: expect.stringContaining('--callback-port'),
    })
    other.close()
  })
})

describe('the lock of a login', () => {
  it('is held by one at a time, tells the next that it waits, and ends with its signal', async () => {
    const lockPath = path.join(folder, 'lock')
    const never = new AbortController().signal
    const waited = vi.fn<() => void>()
    const first = await lockLogin(lockPath, waited, never)
    const abort = new AbortController()
    const impatient = lockLogin(lockPath, () => abort.abort(new Error('enough')), abort.signal)
    await expect(impatient).rejects.toMatchObject({ name: 'AbortError' })
    const second = lockLogin(lockPath, () => first[Symbol.dispose](), never)
    ;(await second)[Symbol.dispose]()
    expect(waited).not.toHaveBeenCalled()
  })
})

describe('the store of logins', () => {
  it('reads a file that was cut short as no login', async () => {
    const store = createLoginStore(folder, 'https://mcp.example/')
    await store.write({ server: 'https://mcp.example/', logins: {} })
    const file = store.lockPath.replace(/lock$/, 'json')
    await writeFile(file, '{"server":')
    expect(await store.read()).toEqual({ server: 'https://mcp.example/', logins: {} })
  })

  it('keeps servers and clients apart', async () => {
    const [plain, own, other] = [
      createLoginStore(folder, 'https://mcp.example/'),
      createLoginStore(folder, 'https://mcp.example/', 'own'),
      createLoginStore(folder, 'https://other.example/'),
    ]
    await plain.write({ server: 'https://mcp.example/', issuer: 'a', logins: {} })
    expect((await own.read()).issuer).toBeUndefined()
    expect((await other.read()).issuer).toBeUndefined()
  })
})

it('a sleep of the machine is seen, and a slow moment is not taken for one', () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  let nowMs = 0
  const woke = vi.fn<() => void>()
  const watch = watchSleep(woke, { now: () => nowMs, everyMs: 5_000 })
  for (const sinceMs of [5_000, 30_000, 3_600_000, 5_000]) {
    nowMs += sinceMs
    vi.advanceTimersByTime(5_000)
  }
  expect(woke).toHaveBeenCalledTimes(1)
  watch[Symbol.dispose]()
  vi.useRealTimers()
})

it('pauses between tries grow to a cap, and are never the same for all', () => {
  expect(pauses(1)).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000, 8_000])
  expect(pauses(0)).toEqual(pauses(1).map((pauseMs) => pauseMs / 2))
})

describe('parameter headers', () => {
  const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' } as const

  it('mirror marked arguments, also nested ones and those that need encoding', () => {
    const headers = createParameterHeaders(() => {})
    const inner = { type: 'object', properties: { city: { type: 'string', 'x-mcp-header': 'City' } } }
    const count = { type: 'integer', 'x-mcp-header': 'Count' }
    headers.learn(list, answer({ name: 'find', inputSchema: { type: 'object', properties: { inner, count } } }))
    const call = (input: object) =>
      headers.of({ jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'find', arguments: input } })
    expect(call({ inner: { city: 'Zürich' }, count: 3 })).toEqual({
      'mcp-param-city': '=?base64?WsO8cmljaA==?=',
      'mcp-param-count': '3',
    })
    expect(call({ inner: {} })).toEqual({})
  })

  it('leave out a tool whose marks are wrong, and say which', () => {
    const warnings: string[] = []
    const headers = createParameterHeaders((line) => warnings.push(line))
    const kept = headers.learn(
      list,
      answer(
        { name: 'good', inputSchema: marked({ type: 'string', 'x-mcp-header': 'A' }) },
        { name: 'number', inputSchema: marked({ type: 'number', 'x-mcp-header': 'A' }) },
        { name: 'listed', inputSchema: marked({ type: 'array', items: { type: 'string', 'x-mcp-header': 'A' } }) },
        { name: 'broken', inputSchema: marked({ type: 'string', 'x-mcp-header': 'A\r\nB: c' }) },
      ),
    )
    expect(kept).toMatchObject({ result: { tools: [{ name: 'good' }] } })
    expect(warnings).toEqual(['number', 'listed', 'broken'].map((name) => expect.stringContaining(`"${name}"`)))
  })
})

function pauses(random: number): number[] {
  const { pauseMs } = backOff(() => random)
  return Array.from({ length: 9 }, (_, index) => pauseMs(index + 1))
}

function answer(...tools: object[]) {
  return { jsonrpc: '2.0', id: 1, result: { tools } } as const
}

/** A schema with one parameter. */
function marked(parameter: object): object {
  return { type: 'object', properties: { a: parameter } }
}
