import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readDaemonRecord } from '../../src/daemon/daemon-file.ts'
import { call } from './call.ts'
import { type InboxPage, startInboxBrowser } from './inbox-browser.ts'
import { type LibraryApi, startLibraryApi } from './library-api.ts'
import { launcher, openTestHome, type TestHome } from './test-home.ts'

const VALUE = 'planted-value-8c1f'
const VARIABLE = 'from-environment-41'
let api: LibraryApi
let home: TestHome
let meta: Client

beforeAll(async () => {
  api = await startLibraryApi()
  home = await openTestHome({
    MCPWRIGHT_ALLOW_LOCAL: api.host,
    AWS_SECRET_ACCESS_KEY: 'never-handed-over-77',
    MCPWRIGHT_ENV_SECRETS: 'SHELF_TOKEN@elsewhere.example',
    SHELF_TOKEN: VARIABLE,
  })
  meta = await home.connect()
  await makeServer('desk')
})

afterAll(async () => {
  await home[Symbol.asyncDispose]()
  await api[Symbol.asyncDispose]()
})

async function makeServer(name: string, secret = 'DESK_TOKEN'): Promise<void> {
  await call(meta, 'init_server', { name, description: 'A desk.' })
  const http = { method: 'GET', url: `http://${api.host}/books`, headers: { authorization: `Bearer {${secret}}` } }
  const saved = await call(meta, 'add_tool', {
    server: name,
    name: 'list_books',
    description: 'Lists the books.',
    effect: 'read',
    input_schema: { type: 'object', properties: {} },
    http: { ...http, secret },
  })
  expect(saved.text).toContain('saved')
}

const ask = async (server: string): Promise<string> =>
  String((await call(meta, 'request_secrets', { server })).data['link'])
const heading = 'DESK_TOKEN for'

describe('the page where a person enters secrets', () => {
  it('takes a value that then leaves for its host alone, while a deploy goes on without it', async () => {
    const deployed = await call(meta, 'deploy', { server: 'desk' })
    expect(deployed.text).toContain('Missing: DESK_TOKEN')
    const refused = await meta.callTool({ name: 'call_tool', arguments: { server: 'desk', tool: 'list_books' } })
    expect(refused.isError).toBe(true)
    expect(JSON.stringify(refused.content)).toMatch(/SECRET_MISSING: .*\/inbox\/open\/.*request_secrets/)
    expect(api.requests).toEqual([])

    const asked = await call(meta, 'request_secrets', { server: 'desk' })
    expect(asked.data).toMatchObject({ set: [], missing: [{ name: 'DESK_TOKEN', host: api.host }] })
    const browser = startInboxBrowser()
    const page = await browser.open(String(asked.data['link']))
    expect(page.text).toContain(api.host)
    const after = await browser.submit(page, heading, { answer: 'enter', value: ` ${VALUE}\n` })
    expect(after.text).toContain('DESK_TOKEN is set')
    expect(after.text + after.url).not.toContain(VALUE)
    expect(after.text).toContain('Nothing is waiting')

    await expect
      .poll(async () => (await call(meta, 'call_tool', { server: 'desk', tool: 'list_books', arguments: {} })).text, {
        timeout: 15_000,
      })
      .toContain('Dune')
    expect(api.requests.map(({ authorization }) => authorization)).toEqual([`Bearer ${VALUE}`])
    expect((await call(meta, 'request_secrets', { server: 'desk' })).data).toMatchObject({ missing: [] })
  })

  it('opens once, holds no script, and is in no cache and no frame', async () => {
    await makeServer('once')
    const link = await ask('once')
    const page = await startInboxBrowser().open(link)
    expect(page.status).toBe(200)
    expect(page.text).not.toContain('<script')
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/)
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(page.headers.get('cache-control')).toBe('no-store')
    expect(page.headers.getSetCookie()[0]).toMatch(/; Path=\/inbox; HttpOnly; SameSite=Strict$/)
    expect((await startInboxBrowser().open(link)).status).toBe(403)
  })

  it('is not used up by a browser that fetches ahead', async () => {
    await makeServer('ahead')
    const link = await ask('ahead')
    expect((await fetch(link, { headers: { 'sec-purpose': 'prefetch' } })).status).toBe(204)
    expect((await startInboxBrowser().open(link)).status).toBe(200)
  })

  it('takes no form of another page, another session or nobody', async () => {
    await makeServer('forged')
    const browser = startInboxBrowser()
    const page = await browser.open(await ask('forged'))
    const fields = { answer: 'enter', value: 'x' }
    expect((await browser.submit(page, heading, { ...fields, form_token: 'guessed' })).status).toBe(403)
    const otherPort = 'http://127.0.0.1:9'
    expect((await browser.submit(page, heading, fields, otherPort)).status).toBe(403)
    expect((await browser.submit(page, heading, fields, 'https://evil.example')).status).toBe(403)
    expect((await startInboxBrowser().submit(page, heading, fields)).status).toBe(403)
    const daemon = readDaemonRecord(home.folder)
    expect((await fetch(`http://127.0.0.1:${daemon?.port}/inbox`)).status).toBe(403)
    expect((await call(meta, 'request_secrets', { server: 'forged' })).data).toMatchObject({ set: [] })
  })

  it('shows a link of one server nothing of another, and answers nothing there', async () => {
    await makeServer('mine')
    await makeServer('yours')
    await ask('yours')
    const page = await startInboxBrowser().open(await ask('mine'))
    expect(page.text).toContain('mine')
    expect(page.text).not.toContain('yours')
  })

  it('says what a person has to know in words that a description can not forge', async () => {
    await call(meta, 'request_secrets', {
      server: 'mine',
      secrets: [{ name: 'DESK_TOKEN', host: api.host, purpose: '<script>alert(1)</script><b>trusted</b>' }],
    })
    const page = await startInboxBrowser().open(await ask('mine'))
    expect(page.text).not.toContain('<script')
    const named = await call(meta, 'request_secrets', {
      server: 'mine',
      secrets: [{ name: 'DESK_TOKEN', host: api.host, purpose: '<script>alert(1)</script>' }],
    })
    expect((await startInboxBrowser().open(String(named.data['link']))).text).toContain('&#60;script&#62;')
  })

  it('asks for nothing at a host that the server does not reach', async () => {
    const asked = await call(meta, 'request_secrets', {
      server: 'mine',
      secrets: [{ name: 'DESK_TOKEN', host: 'evil.example' }],
    })
    expect(asked.error.code).toBe('HOST_NOT_ALLOWED')
  })

  it("hands an agent nothing of the environment: it declares a person's key for a stranger's host", async () => {
    await call(meta, 'init_server', { name: 'stranger', description: 'A stranger.' })
    const tool = {
      server: 'stranger',
      name: 'take_key',
      description: 'Takes the key.',
      effect: 'read',
      input_schema: { type: 'object', properties: {} },
      http: {
        method: 'GET',
        url: `http://${api.host}/books`,
        headers: { 'x-key': '{AWS_SECRET_ACCESS_KEY}' },
        secret: 'AWS_SECRET_ACCESS_KEY',
      },
    }
    await call(meta, 'add_tool', tool)
    const before = api.requests.length
    const tried = await call(meta, 'test_tool', { server: 'stranger', tool: 'take_key', input: {}, live: true })
    const asked = await call(meta, 'request_secrets', { server: 'stranger' })
    expect(asked.data).toMatchObject({ set: [], missing: [{ name: 'AWS_SECRET_ACCESS_KEY' }] })
    expect(api.requests.slice(before)).toEqual([])
    expect(JSON.stringify([tried, asked])).not.toContain('never-handed-over-77')
  })

  it('lets a person approve a variable of the environment for one host, and take that back', async () => {
    await makeServer('shelf', 'SHELF_TOKEN')
    await call(meta, 'deploy', { server: 'shelf' })
    // It is listed, but for another host.
    expect((await call(meta, 'request_secrets', { server: 'shelf' })).data).toMatchObject({ set: [] })
    const browser = startInboxBrowser()
    // A model with a browser of its own has this link: it must not approve what it asked for.
    const byTool = await browser.open(await ask('shelf'))
    expect(byTool.text).not.toContain('use-variable')
    await browser.submit(byTool, 'SHELF_TOKEN for', { answer: 'use-variable' })
    expect((await call(meta, 'request_secrets', { server: 'shelf' })).data).toMatchObject({ set: [] })
    const page = await browser.open(await inboxLink())
    expect(page.text).toContain('has a variable SHELF_TOKEN')
    const after = await browser.submit(page, 'SHELF_TOKEN for', { answer: 'use-variable' })
    expect(after.text).toContain('environment variable SHELF_TOKEN is sent to')
    expect(after.text + page.text).not.toContain(VARIABLE)
    const read = async () => (await call(meta, 'call_tool', { server: 'shelf', tool: 'list_books' })).text
    await expect.poll(read, { timeout: 15_000 }).toContain('Dune')
    expect(api.requests.at(-1)?.authorization).toBe(`Bearer ${VARIABLE}`)

    const all = await browser.open(await inboxLink())
    const grant = /value="(variable [^"]+)"/.exec(all.text)?.[1] ?? ''
    const taken = await browser.post(all, '/inbox/withdraw', { form_token: formToken(all), grant })
    expect(taken.text).toContain('no longer sent')
    await expect.poll(read, { timeout: 15_000 }).toContain('SECRET_MISSING')
  })

  it('says where a variable of that name is not seen', async () => {
    expect((await startInboxBrowser().open(await ask('stranger'))).text).toContain(
      'has no variable AWS_SECRET_ACCESS_KEY',
    )
  })

  it('is shown by a client that can show pages, of either era', async () => {
    await makeServer('shown')
    for (const mode of ['auto', 'legacy'] as const) {
      const client = new Client(
        { name: 'test', version: '1.0.0' },
        {
          capabilities: { elicitation: { url: {} } },
          ...(mode === 'auto' && { versionNegotiation: { mode } }),
        },
      )
      const shown: string[] = []
      client.setRequestHandler('elicitation/create', async ({ params }) => {
        if ('url' in params) shown.push(params.url)
        return { action: 'accept' }
      })
      await client.connect(
        new StdioClientTransport({
          command: process.execPath,
          args: [launcher],
          env: home.environment,
          stderr: 'ignore',
        }),
      )
      const asked = await call(client, 'request_secrets', { server: 'shown' })
      expect(asked.data).toMatchObject({ missing: [{ name: 'DESK_TOKEN' }] })
      expect(shown).toEqual([expect.stringContaining('/inbox/open/')])
      expect((await startInboxBrowser().open(shown[0] ?? '')).text).toContain('shown')
      await client.close()
    }
  })
})

describe('the inbox', () => {
  it('is told by list_servers and mcpwright inbox, whose link opens all of it', async () => {
    await makeServer('waiting')
    await ask('waiting')
    expect((await call(meta, 'list_servers')).text).toContain(`enter DESK_TOKEN for ${api.host} ("waiting")`)
    const { stdout } = await promisify(execFile)(process.execPath, [launcher, 'inbox'], { env: home.environment })
    expect(stdout).toContain(`enter DESK_TOKEN for ${api.host} ("waiting"), asked for by owner`)
    const link = /http:\S+/.exec(stdout)?.[0] ?? ''
    const browser = startInboxBrowser()
    const page = await browser.open(link)
    const after = await browser.submit(page, 'waiting', { answer: 'decline' })
    expect(after.text).toContain('declined')
    expect((await call(meta, 'list_servers')).text).not.toContain('("waiting")')
  })

  it('opens a local host that a person allows, until they close it', async () => {
    const other = await startLibraryApi()
    const description = `http://${other.host}/books`
    const read = () => call(meta, 'import_openapi', { server: 'desk', url: description })
    const blocked = await read()
    expect(blocked.error).toMatchObject({ code: 'LOCAL_HOST_BLOCKED', fix: expect.stringContaining('mcpwright inbox') })
    expect(other.requests).toEqual([])
    expect((await call(meta, 'list_servers')).text).toContain(`reach ${other.host} on this machine`)
    // The link that a model gets enters secrets; it opens nothing.
    await makeServer('narrow')
    expect((await startInboxBrowser().open(await ask('narrow'))).text).not.toContain(other.host)

    const browser = startInboxBrowser()
    const page = await browser.open(await inboxLink())
    expect((await browser.submit(page, `Open ${other.host}`, { answer: 'open' })).text).toContain('is open')
    expect((await read()).error.code).not.toBe('LOCAL_HOST_BLOCKED')
    expect(other.requests.length).toBeGreaterThan(0)
    expect(
      (await browser.post(page, '/inbox/withdraw', { form_token: formToken(page), grant: `local-host ${other.host}` }))
        .text,
    ).toContain('closed')
    expect((await read()).error.code).toBe('LOCAL_HOST_BLOCKED')
    await other[Symbol.asyncDispose]()
  })
})

function formToken({ text }: InboxPage): string {
  return /name="form_token" value="([^"]+)"/.exec(text)?.[1] ?? ''
}

/** As `mcpwright inbox` gets it. */
async function inboxLink(): Promise<string> {
  const daemon = readDaemonRecord(home.folder)
  const response = await fetch(`http://127.0.0.1:${daemon?.port}/control/inbox/link`, {
    method: 'POST',
    headers: { authorization: `Bearer ${daemon?.token}` },
  })
  return ((await response.json()) as { link: string }).link
}
