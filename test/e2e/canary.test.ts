import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { Client, type Transport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readDaemonRecord } from '../../src/daemon/daemon-file.ts'
import { redactText } from '../../src/secrets/redact.ts'
import { metaTools } from '../../src/tools/index.ts'
import { call, callConfirmed } from './call.ts'
import { type EchoApi, startEchoApi } from './echo-api.ts'
import { startInboxBrowser } from './inbox-browser.ts'
import { launcher, openTestHome, type TestHome } from './test-home.ts'

const CANARIES = {
  ENTERED_KEY: 'canary/entered+5f0c9b71e2',
  SET_KEY: 'canary set &quot 91d7aa30',
  ENV_KEY: 'canary-environment-c0ffee77',
}
const named = Object.entries(CANARIES).map(([name, value]) => ({ name, value }))

/** Whether a canary is in the text, in any of the forms that it could have taken. */
const isSinging = (text: string): boolean => redactText(text, named) !== text

/** All that the doors have sent to a client, byte by byte. */
const left: string[] = []
const called = new Set<string>()
let api: EchoApi
let home: TestHome
let meta: Client

beforeAll(async () => {
  api = await startEchoApi()
  home = await openTestHome({
    MCPWRIGHT_ALLOW_LOCAL: api.host,
    MCPWRIGHT_ENV_SECRETS: `ENV_KEY@${api.host}`,
    ENV_KEY: CANARIES.ENV_KEY,
  })
  meta = await listening()
  await plant()
})

afterAll(async () => {
  await meta.close()
  await home[Symbol.asyncDispose]()
  await api[Symbol.asyncDispose]()
})

/** A client whose transport keeps all that comes in. */
async function listening(): Promise<Client> {
  const transport: Transport = new StdioClientTransport({
    command: process.execPath,
    args: [launcher],
    env: home.environment,
    stderr: 'ignore',
  })
  const client = new Client({ name: 'canary', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } })
  await client.connect(transport)
  const deliver = transport.onmessage
  const listen: typeof deliver = (message, extra) => {
    left.push(JSON.stringify(message))
    deliver?.(message, extra)
  }
  Object.assign(transport, { onmessage: listen })
  return client
}

const use = (tool: string, input: Record<string, unknown>) => {
  called.add(tool)
  return callConfirmed(meta, tool, input)
}
const live = (tool: string, input: Record<string, unknown> = {}) =>
  use('call_tool', { server: 'cage', tool, arguments: input })

/** Tools that hand back all they can get of their secrets: sent in each place, echoed by the API in each form. */
async function plant(): Promise<void> {
  const object = { type: 'object', properties: {} }
  const common = { server: 'cage', description: 'Sings.', effect: 'read', input_schema: object }
  await use('init_server', { name: 'cage', description: 'A cage.' })
  const url = `http://${api.host}/echo`
  const http = [
    ['sing_header', { method: 'GET', url, headers: { authorization: 'Bearer {ENTERED_KEY}' }, secret: 'ENTERED_KEY' }],
    ['sing_query', { method: 'GET', url, query: { key: '{SET_KEY}' }, secret: 'SET_KEY' }],
    ['sing_failure', { method: 'GET', url: `${url}/500`, headers: { 'x-key': '{ENV_KEY}' }, secret: 'ENV_KEY' }],
  ] as const
  for (const [name, template] of http)
    expect((await use('add_tool', { ...common, name, http: template })).text).toContain('saved')
  const code = songBook(url)
  const input_schema = { type: 'object', properties: { song: { type: 'string' } } }
  const added = await use('add_tool', { ...common, name: 'sing', input_schema, code, hosts: [api.host] })
  expect(added.text).toContain('saved')
  await use('add_resource', { server: 'cage', uri: 'cage://song', name: 'song', description: 'A song.', text: 'la' })
  await use('add_prompt', { server: 'cage', name: 'sing', description: 'Sings.', template: 'Sing.' })
  await enterSecrets()
  expect((await use('deploy', { server: 'cage' })).isError).toBe(false)
}

/** Code that tries to get at the values, in one tool: each one more is compiled for seconds. */
function songBook(url: string): string {
  return `const key = '?k=' + encodeURIComponent(String(env.SET_KEY))
const headers = { 'x-key': String(env.ENV_KEY), authorization: 'Basic ' + btoa('user:' + env.ENV_KEY) }
if (input.song === 'scheme') return (await fetch('ftp://${api.host}/' + key)).status
if (input.song === 'reset') return (await fetch('${url}/reset' + key, { headers })).status
if (input.song === 'sign') return await sign('SET_KEY', 'data')
const answer = await fetch('${url}' + key, { method: 'POST', body: String(env.ENTERED_KEY), headers })
const body = await answer.text()
log('info', 'env', env)
log('error', body)
if (input.song === 'error') throw new Error(answer.url + body + JSON.stringify(env))
return { env, url: answer.url, headers: [...answer.headers], body }`
}

async function enterSecrets(): Promise<void> {
  const asked = await use('request_secrets', { server: 'cage', secrets: [{ name: 'ENTERED_KEY' }] })
  const browser = startInboxBrowser()
  const page = await browser.open(String(asked.data['link']))
  const fields = { answer: 'enter', value: CANARIES.ENTERED_KEY }
  left.push((await browser.submit(page, 'ENTERED_KEY for', fields)).text)
  const set = await ask('/servers/cage/secrets', {
    method: 'PUT',
    body: JSON.stringify({ name: 'SET_KEY', value: CANARIES.SET_KEY }),
  })
  expect(set.status).toBe(200)
}

/** The owner's own doors. */
async function ask(place: string, init: RequestInit = {}): Promise<{ status: number }> {
  const daemon = readDaemonRecord(home.folder)
  const headers = { authorization: `Bearer ${daemon?.token}` }
  const response = await fetch(`http://127.0.0.1:${daemon?.port}${place}`, { ...init, headers })
  left.push(JSON.stringify([...response.headers]), await response.text())
  return { status: response.status }
}

describe('secrets that were planted', () => {
  it('reach their API, and come back from no call of it', async () => {
    for (const tool of ['sing_header', 'sing_query', 'sing_failure']) await live(tool)
    for (const song of ['answer', 'error', 'scheme', 'reset', 'sign']) await live('sing', { song })
    for (const song of ['answer', 'error'])
      await use('test_tool', { server: 'cage', tool: 'sing', input: { song }, live: true })
    await use('read_tool', { server: 'cage', tool: 'sing_header', arguments: {} })
    // The cage is not empty: each canary has been where it belongs, and was sung back.
    for (const { value } of named)
      expect(redactText(api.heard.join('\n'), [{ name: '', value }])).not.toBe(api.heard.join('\n'))
    expect(left.join('\n')).toContain('[SET_KEY]')
    expect(left.join('\n')).toContain('[ENV_KEY]')
    expect(left.filter(isSinging)).toEqual([])
  })

  it('are in no answer of any meta tool, whether it works or fails', async () => {
    const parts = ['tools', 'resources', 'prompts', 'code', 'versions', 'deployments', 'secrets']
    await use('get_server', { server: 'cage', include: parts, format: 'detailed' })
    for (const file of ['src/operations.json', 'src/tools/sing.ts', '.env.example'])
      await use('get_server', { server: 'cage', file })
    for (const { value } of named) {
      const inputs: readonly (readonly [string, Record<string, unknown>])[] = [
        ['init_server', { name: value, description: value }],
        ['list_servers', { query: value }],
        ['get_server', { server: value }],
        ['check_server', { server: value, only: [value] }],
        ['get_logs', { server: 'cage', query: value }],
        ['search_tools', { query: value }],
        ['import_openapi', { server: 'cage', content: `openapi: 3.1.0\ninfo: { title: "${value}" }` }],
        ['import_api', { server: 'cage', kind: 'graphql', content: `type Query { a(b: ${value}): Int }` }],
        ['import_openapi', { server: 'cage', url: `https://${encodeURIComponent(value)}.invalid/` }],
        ['connect_external', { server: 'cage', url: `https://${encodeURIComponent(value)}.invalid/`, name: 'notes' }],
        [value, {}],
      ]
      for (const [tool, input] of inputs) await use(tool, input)
    }
    await use('connect_external', { server: 'cage', url: `http://${api.host}/echo`, name: 'echo' })
    await use('list_servers', {})
    await use('check_server', { server: 'cage' })
    await use('get_logs', { server: 'cage', limit: 200 })
    for (const target of ['cursor', 'json', 'mcpb', 'registry'])
      await use('get_install', { server: 'cage', client: target })
    await use('search_tools', { query: 'sing' })
    await use('remove_item', { server: 'cage', kind: 'prompt', name: 'sing' })
    await use('rollback', { server: 'cage', version: 1 })
    await use('stop_server', { server: 'cage' })
    await use('start_server', { server: 'cage' })
    await use('cleanup_servers', {})
    await use('delete_server', { server: 'cage' })
    // A tool that has come since has to sing here too.
    expect(metaTools.map(({ name }) => name).filter((name) => !called.has(name))).toEqual([])
    expect(left.filter(isSinging)).toEqual([])
  })

  it('are in no answer of the HTTP doors', async () => {
    for (const place of ['/servers', '/metrics', '/control/inbox', '/health', '/nothing']) await ask(place)
    await ask('/servers/cage/secrets', {
      method: 'PUT',
      body: JSON.stringify({ name: 'lower', value: CANARIES.SET_KEY }),
    })
    await ask('/servers/nothing/secrets', {
      method: 'PUT',
      body: JSON.stringify({ name: 'SET_KEY', value: CANARIES.SET_KEY }),
    })
    await ask('/upload-openapi?name=cage', { method: 'POST', body: `openapi: ${CANARIES.SET_KEY}` })
    expect(left.filter(isSinging)).toEqual([])
  })

  it('are refused in arguments, by name and never by value', async () => {
    const refused = await use('init_server', { name: 'parrot', description: `Uses ${CANARIES.ENTERED_KEY}` })
    expect(refused.error).toMatchObject({ code: 'SECRET_IN_ARGUMENT', message: expect.stringContaining('ENTERED_KEY') })
    const token = `ghp_${'a1B2c3D4e5F6g7H8i9'.repeat(2)}`
    const code = `return fetch('https://api.github.com', { headers: { authorization: '${token}' } })`
    const added = await use('add_tool', {
      server: 'cage',
      name: 'parrot',
      description: 'Repeats.',
      effect: 'read',
      input_schema: { type: 'object', properties: {} },
      code,
    })
    expect(added.error).toMatchObject({ code: 'SECRET_IN_ARGUMENT', message: expect.stringContaining('GitHub token') })
    expect(left.join('\n')).not.toContain(token)
    expect((await call(meta, 'get_server', { server: 'parrot' })).error.code).toBe('SERVER_UNKNOWN')
  })

  it('are in no file of the data directory, the logs, the database and the packed bundle among them', async () => {
    const entries = await readdir(home.folder, { recursive: true, withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name))
    for (const kind of ['log.jsonl', '.mcpb']) expect(files.some((file) => file.endsWith(kind))).toBe(true)
    const singing: string[] = []
    for (const file of files) {
      const bytes = await readFile(file).catch(() => Buffer.alloc(0))
      if (isSinging(plainOf(file, bytes))) singing.push(file)
    }
    expect(singing).toEqual([])
  })
})

function plainOf(file: string, bytes: Buffer): string {
  if (file.endsWith('.mcpb') && bytes.length > 0) {
    const packed = Object.entries(unzipSync(bytes))
    return packed.map(([name, text]) => `${name}\n${Buffer.from(text).toString('latin1')}`).join('\n')
  }
  return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1')
}
