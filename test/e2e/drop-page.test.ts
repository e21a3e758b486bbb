import type { Client } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call } from './call.ts'
import { type InboxBrowser, type InboxPage, startInboxBrowser } from './inbox-browser.ts'
import { type LibraryApi, startLibraryApi } from './library-api.ts'
import { openTestHome, type TestHome } from './test-home.ts'

let api: LibraryApi
let home: TestHome
let meta: Client

beforeAll(async () => {
  api = await startLibraryApi()
  home = await openTestHome()
  meta = await home.connect()
  await call(meta, 'init_server', { name: 'desk', description: 'A desk.' })
})

afterAll(async () => {
  await home[Symbol.asyncDispose]()
  await api[Symbol.asyncDispose]()
})

const importDropped = (name: string, more: object = {}) =>
  call(meta, 'import_openapi', { server: 'desk', file: `inbox:${name}`, ...more })

async function openDropPage(browser: InboxBrowser, name: string): Promise<InboxPage> {
  const { error } = await importDropped(name)
  return browser.open(/http:\S+\/inbox\/open\/\S+/.exec(error.fix)?.[0] ?? '')
}

const drop = (browser: InboxBrowser, page: InboxPage, text: string) =>
  browser.submit(page, 'API description', { answer: 'drop', file: new File([text], 'shop.yaml') })

describe('the page where a person drops a description', () => {
  it('hands it to the import that asked for it, which can not name a folder', async () => {
    const asked = await importDropped('shop-api')
    expect(asked.error).toMatchObject({
      code: 'DESCRIPTION_UNREADABLE',
      next: { tool: 'import_openapi', arguments: { server: 'desk', file: 'inbox:shop-api' } },
    })
    expect((await call(meta, 'list_servers')).text).toContain('drop the API description "shop-api" ("desk")')
    const browser = startInboxBrowser()
    const page = await openDropPage(browser, 'shop-api')
    // A byte order mark, and lines that begin with a space.
    const after = await drop(browser, page, `\uFEFF${api.description}`)
    expect(after.text).toContain('kept as inbox:shop-api')
    expect((await importDropped('shop-api')).isError).toBe(false)
    expect((await importDropped('shop-api', { preview: false })).data['added']).toContain('list_books')
    expect((await importDropped('shop-api', { refresh: true })).isError).toBe(false)
    expect((await importDropped('other-api')).isError).toBe(true)
    expect((await importDropped('../secret')).error.code).toBe('ARGUMENTS_INVALID')
  })

  it('takes no file that is no description, none that is empty, and none of another page', async () => {
    const browser = startInboxBrowser()
    const page = await openDropPage(browser, 'wrong')
    expect((await drop(browser, page, 'root:x:0:0')).text).toContain('no API description')
    expect((await drop(browser, page, '')).text).toContain('left empty')
    const fields = { answer: 'drop', file: new File([api.description], 'a.yaml') }
    expect((await browser.submit(page, 'API description', fields, 'https://evil.example')).status).toBe(403)
    const forged = { ...fields, form_token: 'guessed' }
    expect((await browser.submit(page, 'API description', forged)).status).toBe(403)
    expect((await importDropped('wrong')).isError).toBe(true)
  })

  it('takes nothing larger than a description may be', async () => {
    const browser = startInboxBrowser()
    const page = await openDropPage(browser, 'huge')
    const text = `openapi: 3.1.0\n${'#'.repeat(33 * 1024 * 1024)}`
    const answer = await drop(browser, page, text).catch(() => ({ status: 413 }))
    expect(answer.status).toBe(413)
    expect((await importDropped('huge')).isError).toBe(true)
  })
})
