import { once } from 'node:events'
import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { readDaemonRecord } from '../../src/daemon/daemon-file.ts'
import { createEventReader } from '../bridge/fixtures/event-reader.ts'
import { modernRequest, post } from '../bridge/fixtures/raw-http.ts'
import { call } from './call.ts'
import { openTestHome, type TestHome } from './test-home.ts'

const say = modernRequest('tools/call', { name: 'say', arguments: {} })

let home: TestHome
let daemon: { url: string; owner: Record<string, string> }
let endpoint: { url: string; shared_url: string; token: string }
let authorized: Record<string, string>

beforeAll(async () => {
  home = await openTestHome()
  const client = await home.connect()
  const make = async (tool: string, input: Record<string, unknown>): Promise<void> => {
    const { isError, text } = await call(client, tool, input)
    if (isError) throw new Error(text)
  }
  const input_schema = { type: 'object', properties: {} }
  await make('init_server', { name: 'greeter', description: 'Greets.' })
  await make('add_tool', {
    server: 'greeter',
    name: 'say',
    description: 'Greets.',
    effect: 'read',
    input_schema,
    code: `return 'hello'`,
  })
  await make('deploy', { server: 'greeter' })
  const record = readDaemonRecord(home.folder)
  daemon = { url: `http://127.0.0.1:${record?.port}`, owner: { authorization: `Bearer ${record?.token}` } }
  endpoint = await (await fetch(`${daemon.url}/servers/greeter/endpoint`, { headers: daemon.owner })).json()
  authorized = { authorization: `Bearer ${endpoint.token}` }
}, 120_000)
afterAll(() => home[Symbol.asyncDispose]())

it('is reached at its mount in the daemon by every transport, with its own token', async () => {
  const answer = { result: { content: [{ text: 'hello' }] } }
  const response = await post(endpoint.shared_url, say.body, { ...say.headers, ...authorized })
  expect(await response.json()).toMatchObject(answer)

  const socket = new WebSocket(`${endpoint.shared_url.replace('http', 'ws')}/stream`, { headers: authorized })
  await once(socket, 'open')
  socket.send(JSON.stringify(say.body))
  expect(JSON.parse(String((await once(socket, 'message'))[0]))).toMatchObject(answer)
  socket.close()

  const leave = new AbortController()
  const sseUrl = endpoint.shared_url.replace(/mcp$/, 'sse')
  const events = createEventReader(await fetch(sseUrl, { headers: authorized, signal: leave.signal }))
  const messages = new URL((await events.next())?.data ?? '', sseUrl).href
  expect((await post(messages, say.body, authorized)).status).toBe(202)
  expect(JSON.parse((await events.next())?.data ?? '')).toMatchObject(answer)
  leave.abort()
})

it.skipIf(!existsSync('/proc/net/tcp'))('listens on 127.0.0.1 alone, as the daemon does', () => {
  const addresses = [daemon.url, endpoint.url].map((url) => listeningAddresses(Number(new URL(url).port)))
  // 127.0.0.1, as the kernel writes it.
  expect(addresses).toEqual([['0100007F'], ['0100007F']])
})

it.skipIf(process.platform === 'win32')('keeps tokens and keys in files that their owner alone can read', () => {
  const files = ['daemon.json', 'token', 'master-key']
  const modes = files.map((file) => statSync(path.join(home.folder, file)).mode & 0o777)
  expect(modes).toEqual([0o600, 0o600, 0o600])
})

it('does not take the token of the owner for that of the server, nor the other way round', async () => {
  expect((await post(endpoint.shared_url, say.body, { ...say.headers, ...daemon.owner })).status).toBe(401)
  expect((await fetch(`${daemon.url}/metrics`, { headers: authorized })).status).toBe(401)
})

it('is counted in the metrics of the daemon', async () => {
  const text = await (await fetch(`${daemon.url}/metrics`, { headers: daemon.owner })).text()
  expect(text).toMatch(/^mcpwright_child_running\{server="greeter[^"]*"\} 1$/m)
})

/** Addresses on which somebody listens at a port; proc(5): local address in column 2, state 0A is LISTEN. */
function listeningAddresses(port: number): string[] {
  const rows = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) =>
    existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').slice(1) : [],
  )
  const wanted = port.toString(16).toUpperCase().padStart(4, '0')
  return rows.flatMap((row) => {
    const [, local = '', , state] = row.trim().split(/\s+/)
    const [address = '', at] = local.split(':')
    return state === '0A' && at === wanted ? [address] : []
  })
}
