import type { Client } from '@modelcontextprotocol/client'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readDaemonRecord } from '../../src/daemon/daemon-file.ts'
import { call } from './call.ts'
import { chromiumPath, findBarriers, openChromium } from './chromium.ts'
import { type LibraryApi, startLibraryApi } from './library-api.ts'
import { openTestHome, type TestHome } from './test-home.ts'

const REMOVE = { server: 'desk', kind: 'tool', name: 'list_books' }

describe.skipIf(chromiumPath === undefined && !process.env.CI)('the inbox in a real browser', () => {
  let api: LibraryApi
  let home: TestHome
  let meta: Client
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    api = await startLibraryApi()
    home = await openTestHome({
      MCPWRIGHT_ENV_SECRETS: 'DESK_TOKEN@elsewhere.example',
      DESK_TOKEN: 'from-environment-93',
    })
    meta = await home.connect()
    await call(meta, 'init_server', { name: 'desk', description: 'A desk.' })
    const http = { method: 'GET', url: `http://${api.host}/books`, headers: { authorization: 'Bearer {DESK_TOKEN}' } }
    await call(meta, 'add_tool', {
      server: 'desk',
      name: 'list_books',
      description: 'Lists the books.',
      effect: 'read',
      input_schema: { type: 'object', properties: {} },
      http: { ...http, secret: 'DESK_TOKEN' },
    })
    await call(meta, 'init_server', { name: 'behind', description: 'Behind a login.' })
    await call(meta, 'import_openapi', { server: 'behind', content: behindLogin, preview: false })
    browser = await openChromium()
  })
  afterAll(async () => {
    await browser?.close()
    await home[Symbol.asyncDispose]()
    await api[Symbol.asyncDispose]()
  })

  beforeEach(async () => {
    // One of each kind.
    await call(meta, 'request_secrets', { server: 'desk' })
    await call(meta, 'request_secrets', { server: 'behind' })
    await call(meta, 'import_openapi', { server: 'desk', url: `http://${api.host}/books` })
    await call(meta, 'import_openapi', { server: 'desk', file: 'inbox:shop' })
    await call(meta, 'remove_item', REMOVE)
    page = await openInbox({ javaScriptEnabled: false })
  })
  afterEach(() => page.context().close())

  async function openInbox(options: { javaScriptEnabled: boolean }): Promise<Page> {
    const opened = await (await browser.newContext(options)).newPage()
    await opened.goto(await inboxLink(home))
    return opened
  }

  const article = (title: string | RegExp) => page.getByRole('article', { name: title })
  const status = () => page.getByRole('status').textContent()

  it('puts no barrier before anybody, on any of its pages', async () => {
    await page.context().close()
    // The pages have no script; what looks at them is one.
    page = await openInbox({ javaScriptEnabled: true })
    // Behind the login a token of one's own does as well.
    expect(await page.getByRole('article').count()).toBe(6)
    expect(await findBarriers(page)).toEqual([])
    await article(/^Log in at/)
      .getByLabel(/^Client id/)
      .fill('client-1')
    await article(/^Log in at/)
      .getByRole('button', { name: 'Log in' })
      .click()
    expect(await page.getByRole('link', { name: 'Go on to login.example' }).getAttribute('href')).toContain(
      'https://login.example/authorize?',
    )
    expect(await findBarriers(page)).toEqual([])
    await page.goto(new URL('/inbox/oauth?state=none', page.url()).href)
    expect(await page.getByRole('alert').textContent()).toContain('finished already')
    expect(await findBarriers(page)).toEqual([])
    await page.goto(new URL('/inbox/open/none', page.url()).href)
    expect(await findBarriers(page)).toEqual([])
    await page.setContent('<main><input type="text"></main>')
    expect(await findBarriers(page)).toContainEqual(expect.stringMatching(/^label: /))
  })

  it('takes a secret from the keyboard alone', async () => {
    const field = article(/^DESK_TOKEN for/).getByLabel('Value of DESK_TOKEN')
    for (let steps = 0; steps < 40 && !(await field.evaluate((node) => node.matches(':focus'))); steps++) {
      await page.keyboard.press('Tab')
    }
    await page.keyboard.type('typed-secret-27')
    await page.keyboard.press('Enter')
    await expect.poll(status).toContain('DESK_TOKEN is set')
    expect(await page.content()).not.toContain('typed-secret-27')
    expect((await call(meta, 'request_secrets', { server: 'desk' })).data).toMatchObject({ missing: [] })
  })

  it('opens a local host, and closes it again', async () => {
    await article(`Open ${api.host}`).getByRole('button', { name: 'Open it' }).click()
    await expect.poll(status).toContain(`${api.host} is open`)
    await page.getByRole('button', { name: 'Take it back' }).click()
    await expect.poll(status).toContain(`${api.host} is closed`)
  })

  it('lets a call through that the person agrees to, and keeps to their policy', async () => {
    await article(/^Remove the tool "list_books"/)
      .getByRole('button', { name: 'Agree' })
      .click()
    await expect.poll(status).toContain('goes through once')
    await page.getByLabel('nothing').check()
    await page.getByRole('button', { name: 'Save', exact: true }).last().click()
    await expect.poll(status).toBe('Saved.')
    expect(await page.getByLabel('nothing').isChecked()).toBe(true)
    await page.getByLabel('what destroys something').check()
    await page.getByRole('button', { name: 'Save', exact: true }).last().click()
    await expect.poll(() => page.getByLabel('what destroys something').isChecked()).toBe(true)
    expect((await call(meta, 'remove_item', REMOVE)).isError).toBe(false)
  })

  it('takes a file', async () => {
    const form = article('API description "shop"')
    const file = { name: 'shop.yaml', mimeType: 'application/yaml', buffer: Buffer.from(api.description) }
    await form.getByLabel('File').setInputFiles(file)
    await form.getByRole('button', { name: 'Hand it over' }).click()
    await expect.poll(status).toContain('kept as inbox:shop')
    expect((await call(meta, 'import_openapi', { server: 'desk', file: 'inbox:shop' })).isError).toBe(false)
  })

  it('takes a no without anything being filled in', async () => {
    await article(/^Log in at/)
      .getByRole('button', { name: 'Decline' })
      .click()
    await expect.poll(status).toContain('declined')
    expect(await article(/^Log in at/).count()).toBe(0)
  })
})

const urls = { authorizationUrl: 'https://login.example/authorize', tokenUrl: 'https://login.example/token' }
const behindLogin = JSON.stringify({
  openapi: '3.1.0',
  info: { title: 'Behind', version: '1' },
  servers: [{ url: 'https://api.example' }],
  security: [{ login: [] }],
  components: { securitySchemes: { login: { type: 'oauth2', flows: { authorizationCode: { ...urls, scopes: {} } } } } },
  paths: { '/a': { get: { operationId: 'get_a', responses: { 200: { description: 'A.' } } } } },
})

/** As `mcpwright inbox` gets it. */
async function inboxLink(home: TestHome): Promise<string> {
  const daemon = readDaemonRecord(home.folder)
  const response = await fetch(`http://127.0.0.1:${daemon?.port}/control/inbox/link`, {
    method: 'POST',
    headers: { authorization: `Bearer ${daemon?.token}` },
  })
  return ((await response.json()) as { link: string }).link
}
