import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readDaemonRecord } from '../../src/daemon/daemon-file.ts'
import { type Cloudflare, startCloudflare } from '../fixtures/cloudflare/start-cloudflare.ts'
import { type Called, call, callConfirmed } from './call.ts'
import { openCloudflareHome } from './cloudflare-home.ts'
import { allow } from './inbox-link.ts'
import { startInboxBrowser } from './inbox-browser.ts'
import { launcher, type TestHome } from './test-home.ts'

const run = promisify(execFile)
const ADDRESS = 'https://shelf.acme.workers.dev/mcp'

let cloudflare: Cloudflare
let home: TestHome
let meta: Client

beforeAll(async () => {
  cloudflare = await startCloudflare()
  home = await openCloudflareHome(cloudflare)
  meta = await home.connect()
  await call(meta, 'init_server', { name: 'shelf', description: 'A shelf of books.' })
  await addTool('count_books', 'read', `return { books: 3 }`)
  const input = { server: 'shelf', tool: 'count_books', input: {}, save_as: 'counts' }
  await call(meta, 'test_tool', input)
})

afterAll(async () => {
  await home[Symbol.asyncDispose]()
  await cloudflare[Symbol.asyncDispose]()
})

function addTool(name: string, effect: string, code: string): Promise<Called> {
  const about = { description: `Does ${name.replaceAll('_', ' ')} and gives what came of it.`, effect }
  const input_schema = { type: 'object', properties: {} }
  return call(meta, 'add_tool', { server: 'shelf', name, ...about, input_schema, code, replace: true })
}

const deploy = (more: Record<string, unknown> = {}) =>
  call(meta, 'deploy', { server: 'shelf', target: 'cloudflare', ...more })

async function endpoint(): Promise<{ url: string; key: string }> {
  const words = [launcher, 'endpoint', 'shelf', '--target', 'cloudflare']
  const { stdout } = await run(process.execPath, words, { env: home.environment })
  const { url, headers } = JSON.parse(stdout).mcpServers.shelf
  return { url, key: headers.Authorization.replace('Bearer ', '') }
}

async function visit(key: string, mode: 'auto' | 'legacy' = 'auto'): Promise<Client> {
  const client = new Client({ name: 'test', version: '1.0.0' }, mode === 'auto' ? { versionNegotiation: { mode } } : {})
  const requestInit = { headers: { authorization: `Bearer ${key}` } }
  await client.connect(new StreamableHTTPClientTransport(new URL(ADDRESS), { requestInit, fetch: cloudflare.fetch }))
  return client
}

async function counted(key: string, mode?: 'legacy'): Promise<unknown> {
  const client = await visit(key, mode)
  try {
    return (await client.callTool({ name: 'count_books', arguments: {} })).structuredContent
  } finally {
    await client.close()
  }
}

describe('a server on Cloudflare', () => {
  it('needs a token, which a person enters on a page and nobody else sees', async () => {
    const wrong = await deploy({ settings: { protecton: 'none' } })
    expect(wrong.error.message).toContain('did you mean "protection"?')
    const settings = { requests_per_minute: 600 }
    const refused = await deploy({ plan: true, settings })
    const again = { server: 'shelf', target: 'cloudflare', plan: true, settings }
    expect(refused.error).toMatchObject({ code: 'SECRET_MISSING', next: { arguments: again } })
    const [link = ''] = /http:\/\/\S+\/inbox\/open\/\S+/.exec(refused.error.fix) ?? []
    const browser = startInboxBrowser()
    const page = await browser.open(link)
    expect(page.text).toContain('api.cloudflare.com')
    const unsaved = await browser.submit(page, 'CLOUDFLARE_API_TOKEN', { answer: 'enter', value: 'of-nobody' })
    expect(unsaved.text).toContain('The token was not saved, since it does not work.')
    expect((await deploy({ plan: true, settings })).error).toMatchObject({ code: 'SECRET_MISSING' })
    const after = await browser.submit(unsaved, 'CLOUDFLARE_API_TOKEN', { answer: 'enter', value: cloudflare.token })
    expect(after.text).toContain('CLOUDFLARE_API_TOKEN is set')
    expect(after.text).toMatch(/It works, for the account [^ ]*Acme/)
    expect(after.text).not.toContain(cloudflare.token)
  })

  it('asks for another token when Cloudflare does not take the one it has', async () => {
    cloudflare.fail({ path: '/accounts', kind: { name: 'status', status: 403, code: 9109, message: 'Invalid token' } })
    const refused = await deploy()
    expect(refused.error).toMatchObject({
      code: 'TARGET_FORBIDDEN',
      fix: expect.stringMatching(/Workers Scripts.*mcpwright inbox/),
    })
    const waiting = await call(meta, 'get_server', { server: 'shelf' })
    expect(waiting.text).toContain('enter the token that "shelf" is deployed to cloudflare with')
    const logs = await call(meta, 'get_logs', { server: 'shelf', target: 'local' })
    expect(logs.error.fix).toBe('It is deployed to "cloudflare": name that as target, or deploy it to "local".')
    expect(waiting.data.next).toEqual([{ tool: 'deploy', arguments: { server: 'shelf', target: 'cloudflare' } }])
    cloudflare.clearFaults()
  })

  it('is planned in words, and nothing is made for it', async () => {
    const planned = await deploy({ plan: true })
    expect(planned.text).toContain('Creates the Worker "shelf"')
    expect(planned.text).toContain(new URL(ADDRESS).host)
    expect(planned.data.limits).not.toEqual([])
    expect(cloudflare.account.scripts.size).toBe(0)
  })

  it('is published: clients of both eras call it with its key, and nobody without', async () => {
    const deployed = await deploy()
    expect(deployed.error.message).toBe('')
    expect(deployed.data).toMatchObject({ server: 'shelf', target: 'cloudflare', url: ADDRESS, health: 'ok' })
    const { url, key } = await endpoint()
    expect(url).toBe(ADDRESS)
    expect(JSON.stringify(deployed)).not.toContain(key)
    expect(cloudflare.hasHeard(key)).toBe(false)
    expect(await counted(key)).toEqual({ books: 3 })
    expect(await counted(key, 'legacy')).toEqual({ books: 3 })
    await expect(counted('another')).rejects.toThrow('401')
  })

  it('is no tool of this chat before it runs here too, and is listed without asking Cloudflare', async () => {
    const found = await call(meta, 'search_tools', { server: 'shelf', query: 'count books' })
    expect(JSON.stringify(found.data)).not.toContain('count_books')
    const asked = cloudflare.requests.length
    const daemon = readDaemonRecord(home.folder)
    const headers = { authorization: `Bearer ${daemon?.token}` }
    const listed = await fetch(`http://127.0.0.1:${daemon?.port}/servers`, { headers })
    expect(await listed.json()).toMatchObject({ servers: [{ name: 'shelf', status: 'running', url: ADDRESS }] })
    expect(cloudflare.requests.length).toBe(asked)
  })

  it('is called through stdio by clients that know only its name', async () => {
    const { StdioClientTransport } = await import('@modelcontextprotocol/client/stdio')
    const client = new Client({ name: 'test', version: '1.0.0' })
    const args = [launcher, 'connect', 'shelf', '--target', 'cloudflare']
    await client.connect(new StdioClientTransport({ command: process.execPath, args, env: home.environment }))
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toEqual(['count_books'])
    await client.close()
    const snippet = await call(meta, 'get_install', { server: 'shelf', client: 'json' })
    expect(snippet.text).toContain(ADDRESS)
  })

  it('gets a new version with its share, and goes back to the one before with all requests', async () => {
    const { key } = await endpoint()
    await addTool('count_books', 'read', `return { books: 4 }`)
    await call(meta, 'test_tool', { server: 'shelf', tool: 'count_books', input: {}, save_as: 'counts' })
    const second = await deploy({ settings: { traffic: 40 } })
    expect(second.data).toMatchObject({ version: 2, url: ADDRESS })
    expect(second.text).toContain('It has 40 % of the requests')
    const shown = await call(meta, 'get_server', { server: 'shelf', include: ['versions', 'deployments'] })
    expect(shown.data.elsewhere).toMatchObject({
      cloudflare: expect.arrayContaining([expect.objectContaining({ version: 2, share: 40 })]),
    })
    expect(shown.data.usage).toMatchObject({ cloudflare: { requests: expect.any(Number), errors: 0 } })
    const back = await callConfirmed(meta, 'rollback', { server: 'shelf', target: 'cloudflare' })
    expect(back.data).toMatchObject({ from: 2, to: 1 })
    expect(await Promise.all([counted(key), counted(key)])).toEqual([{ books: 3 }, { books: 3 }])
  })

  it('gets a second key while the first still holds, and then alone', async () => {
    const { key: first } = await endpoint()
    await deploy({ settings: { key: 2 } })
    const { key: second } = await endpoint()
    expect(second).not.toBe(first)
    expect(await Promise.all([counted(first), counted(second)])).toEqual([{ books: 4 }, { books: 4 }])
    await deploy({ settings: { key: 3 } })
    await expect(counted(first)).rejects.toThrow('401')
    expect(await counted(second)).toEqual({ books: 4 })
  })

  it('is not opened to everybody before a person agrees, when it changes something', async () => {
    await addTool('burn_books', 'delete', `return 'gone'`)
    const refused = await deploy({ settings: { protection: 'none' } })
    expect(refused.error).toMatchObject({ code: 'TARGET_NOT_PROTECTED' })
    expect(refused.error.message).toContain('burn_books')
    const waiting = await call(meta, 'get_server', { server: 'shelf' })
    expect(waiting.text).toContain('let everybody on the internet call "shelf" on cloudflare')
    // What is refused is not in force: clients are told the key that they had.
    expect(await counted((await endpoint()).key)).toEqual({ books: 4 })
    expect(await allow(home, 'Open to everybody on cloudflare', 'Let everybody call it')).toContain(
      'Everybody may call',
    )
    expect(refused.error.next).toEqual({
      tool: 'deploy',
      arguments: { server: 'shelf', target: 'cloudflare', settings: { protection: 'none' } },
    })
    expect((await deploy({ settings: { protection: 'none' } })).data).toMatchObject({ health: 'ok' })
    expect(await counted('no key at all')).toEqual({ books: 4 })
    const install = await call(meta, 'get_install', { server: 'shelf', client: 'json' })
    expect(install.text).toContain('they need no key')
    const back = await deploy({ settings: { protection: null } })
    expect(back.data).toMatchObject({ health: 'ok' })
    await expect(counted('no key at all')).rejects.toThrow('401')
  })

  it('keeps the settings in force when others are refused, and shows both', async () => {
    const placed = async () => {
      const { data } = await call(meta, 'get_server', { server: 'shelf', include: ['deployments'] })
      return (data.deployments as Record<string, unknown>[])[0]
    }
    const before = await placed()
    expect(before).toMatchObject({ settings: { key: 3 } })
    const refused = await deploy({ settings: { domain: 'shelf.nobodys.example', requests_per_minute: 9 } })
    expect(refused.error).toMatchObject({ code: 'TARGET_REFUSED' })
    expect(refused.error.message).toContain('"domain", "requests_per_minute" are not in force')
    const waiting = { domain: 'shelf.nobodys.example', requests_per_minute: 9 }
    expect(await placed()).toMatchObject({ settings: before?.['settings'], settings_not_in_force: waiting })
    const listed = await call(meta, 'list_servers', {})
    expect(listed.text).toContain('not in force on cloudflare: domain requests_per_minute')
    expect((await deploy()).data).toMatchObject({ health: 'ok', url: ADDRESS })
    const after = await placed()
    expect(after).toMatchObject({ settings: before?.['settings'] })
    expect(after).not.toHaveProperty('settings_not_in_force')
  })

  it('opens nothing that was closed since when it goes back to a version', async () => {
    const { key } = await endpoint()
    await addTool('burn_books', 'delete', `return 'ashes'`)
    const origins = ['https://a.example']
    const { version } = (await deploy({ settings: { origins } })).data
    const back = await callConfirmed(meta, 'rollback', { server: 'shelf', target: 'cloudflare' })
    expect(back.data).toMatchObject({ from: version, health: 'ok' })
    const shown = await call(meta, 'get_server', { server: 'shelf', include: ['deployments'] })
    expect(shown.data.deployments).toMatchObject([{ settings: { key: 3, origins } }])
    expect(await counted(key)).toEqual({ books: 4 })
    expect((await deploy({ settings: { origins: null } })).data).toMatchObject({ health: 'ok' })
  })

  it('is known to be gone when somebody has deleted its Worker, and is made anew by a deploy', async () => {
    const shown = await call(meta, 'get_server', { server: 'shelf' })
    expect(shown.text).toContain('Seen running on cloudflare')
    cloudflare.account.scripts.delete('shelf')
    const logs = await call(meta, 'get_logs', { server: 'shelf' })
    expect(logs.text).toContain('On cloudflare:\nCloudflare has no Worker "shelf" any more. deploy makes it anew.')
    expect(logs.data.next).toEqual([{ tool: 'deploy', arguments: { server: 'shelf', target: 'cloudflare' } }])
    const after = await call(meta, 'get_server', { server: 'shelf', include: ['deployments', 'versions'] })
    expect(after.data).toMatchObject({ status: 'failed', deployments: [{ status: 'failed' }] })
    expect(after.text).toContain('deploy makes it anew')
    const anew = await deploy()
    expect(anew.data).toMatchObject({ health: 'ok', notes: [expect.stringContaining('it was made anew')] })
    expect(await counted((await endpoint()).key)).toEqual({ books: 4 })
  })

  it('lets people log in once a person has entered the secret of its client there', async () => {
    const login = { issuer: 'https://id.example.com', client_id: 'shelf', allow: ['ann@example.com'] }
    const settings = { protection: 'login', login }
    const planned = await deploy({ plan: true, settings })
    expect(planned.text).toContain(`must have the redirect URI ${new URL('/callback', ADDRESS).href}`)
    expect(planned.text).toContain('A person enters the secret')
    const refused = await deploy({ settings })
    expect(refused.error).toMatchObject({ code: 'SECRET_MISSING' })
    const [link = ''] = /http:\/\/\S+\/inbox\/open\/\S+/.exec(refused.error.fix) ?? []
    const browser = startInboxBrowser()
    const page = await browser.open(link)
    expect(page.text).toContain('https://id.example.com')
    const after = await browser.submit(page, 'Client secret for logins', { answer: 'enter', value: 'hidden-one' })
    expect(after.text).toContain('MCP_LOGIN_CLIENT_SECRET is set for')
    expect((await deploy({ plan: true, settings })).text).not.toContain('A person enters the secret')
    const elsewhere = { ...settings, login: { ...login, issuer: 'https://evil.example.com' } }
    expect((await deploy({ settings: elsewhere })).error).toMatchObject({ code: 'SECRET_MISSING' })
  })

  it('says what is wrong with settings, and what there is', async () => {
    const refused = await deploy({ settings: { protection: 'password' } })
    expect(refused.error).toMatchObject({ code: 'ARGUMENTS_INVALID' })
    expect(refused.error.message + refused.error.fix).toMatch(/protection.*api-key/)
  })

  it('is stopped, started and taken away with all that was made for it', async () => {
    const { key } = await endpoint()
    await call(meta, 'stop_server', { server: 'shelf', target: 'cloudflare' })
    await expect(counted(key)).rejects.toBeInstanceOf(Error)
    await call(meta, 'start_server', { server: 'shelf', target: 'cloudflare' })
    expect(await counted(key)).toEqual({ books: 4 })
    const asked = await call(meta, 'delete_server', { server: 'shelf' })
    expect(asked.text).toContain('What it has stored on cloudflare is deleted for good.')
    await callConfirmed(meta, 'delete_server', { server: 'shelf' })
    expect(cloudflare.account.scripts.size).toBe(0)
    const back = await callConfirmed(meta, 'delete_server', { server: 'shelf', restore: true })
    expect(back.data.next).toEqual([{ tool: 'deploy', arguments: { server: 'shelf', target: 'cloudflare' } }])
  })
})
