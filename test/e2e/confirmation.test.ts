import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { Client, type ElicitResult } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, callConfirmed } from './call.ts'
import { startInboxBrowser } from './inbox-browser.ts'
import { type LibraryApi, startLibraryApi } from './library-api.ts'
import { launcher, openTestHome, type TestHome } from './test-home.ts'

let api: LibraryApi
let home: TestHome
let meta: Client

beforeAll(async () => {
  api = await startLibraryApi()
  home = await openTestHome({ MCPWRIGHT_ALLOW_LOCAL: api.host })
  meta = await home.connect()
  await call(meta, 'init_server', { name: 'desk', description: 'A desk.' })
  await call(meta, 'add_tool', {
    server: 'desk',
    name: 'remove_book',
    description: 'Removes a book.',
    effect: 'delete',
    input_schema: { type: 'object', properties: { id: { type: 'integer' } }, required: ['id'] },
    http: { method: 'DELETE', url: `http://${api.host}/books/{id}` },
  })
  await call(meta, 'deploy', { server: 'desk' })
})

afterAll(async () => {
  await home[Symbol.asyncDispose]()
  await api[Symbol.asyncDispose]()
})

const removal = (id: number) => ({ server: 'desk', tool: 'remove_book', arguments: { id } })
const removed = () => api.requests.filter(({ method }) => method === 'DELETE').map(({ url }) => url)
const cli = async (...words: string[]) =>
  (await promisify(execFile)(process.execPath, [launcher, ...words], { env: home.environment })).stdout

/** A client whose person answers so. */
async function clientThat(mode: 'auto' | 'legacy', answer: ElicitResult): Promise<Client & { asked: string[] }> {
  const asked: string[] = []
  const client = new Client(
    { name: 'test', version: '1.0.0' },
    { capabilities: { elicitation: {} }, ...(mode === 'auto' && { versionNegotiation: { mode } }) },
  )
  client.setRequestHandler('elicitation/create', async ({ params }) => {
    asked.push(params.message)
    return answer
  })
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args: [launcher], env: home.environment, stderr: 'ignore' }),
  )
  return Object.assign(client, { asked })
}

describe('a call that destroys something', () => {
  it.each(['auto', 'legacy'] as const)('asks the person through their client (%s)', async (mode) => {
    const before = removed()
    const careful = await clientThat(mode, { action: 'decline' })
    expect((await call(careful, 'call_tool', removal(1))).error.code).toBe('CONFIRMATION_DECLINED')
    expect(careful.asked).toEqual(['Call "remove_book" of "desk" with {"id":1} (effect: delete)?'])
    await careful.close()
    const unsure = await clientThat(mode, { action: 'accept', content: { agree: false } })
    expect((await call(unsure, 'call_tool', removal(1))).error.code).toBe('CONFIRMATION_DECLINED')
    await unsure.close()
    expect(removed()).toEqual(before)
    const sure = await clientThat(mode, { action: 'accept', content: { agree: true } })
    expect((await call(sure, 'call_tool', removal(2))).isError).toBe(false)
    await sure.close()
    expect(removed()).toEqual([...before, '/books/2'])
  })

  it('wants a token from a client that can not ask, which it gives with the way to go on', async () => {
    const before = removed()
    const first = await call(meta, 'call_tool', removal(3))
    expect(first.error).toMatchObject({
      code: 'CONFIRMATION_NEEDED',
      fix: expect.stringContaining('mcpwright inbox'),
      next: { tool: 'call_tool', arguments: { ...removal(3), confirm: expect.any(String) } },
    })
    expect(removed()).toEqual(before)
    expect((await callConfirmed(meta, 'call_tool', removal(3))).isError).toBe(false)
    expect(removed()).toEqual([...before, '/books/3'])
  })

  it('asks before a try that is live too, and says what would be deleted', async () => {
    const before = removed()
    const tried = { server: 'desk', tool: 'remove_book', input: { id: 6 }, live: true }
    const { error } = await call(meta, 'test_tool', tried)
    expect(error).toMatchObject({ code: 'CONFIRMATION_NEEDED', message: expect.stringContaining('with {"id":6}') })
    const added = {
      server: 'desk',
      name: 'remove_other',
      description: 'Removes another book. Returns nothing.',
      effect: 'delete',
      input_schema: { type: 'object', properties: { id: { type: 'integer' } }, required: ['id'] },
      http: { method: 'DELETE', url: `http://${api.host}/books/{id}` },
      try: { id: 7 },
      live: true,
    }
    expect((await call(meta, 'add_tool', added)).error.code).toBe('CONFIRMATION_NEEDED')
    expect(removed()).toEqual(before)
    expect((await callConfirmed(meta, 'test_tool', tried)).data).toMatchObject({ ok: true })
    expect((await callConfirmed(meta, 'add_tool', added)).data).toMatchObject({ saved: 'remove_other' })
    expect(removed()).toEqual([...before, '/books/6', '/books/7'])
  })

  it('is told what is wrong with it before a person is asked', async () => {
    const { error } = await call(meta, 'remove_item', { server: 'desk', kind: 'tool', name: 'remove_bok' })
    expect(error).toMatchObject({ code: 'TOOL_UNKNOWN', fix: expect.stringContaining('remove_book') })
  })

  it('goes through once after a person has agreed on the page', async () => {
    const before = removed()
    await call(meta, 'call_tool', removal(4))
    expect((await call(meta, 'list_servers')).text).toContain('agree: Call "remove_book" of "desk"')
    const browser = startInboxBrowser()
    const page = await browser.open(/http:\S+/.exec(await cli('inbox'))?.[0] ?? '')
    expect(page.text).toContain('&#34;id&#34;:4')
    expect((await browser.submit(page, 'id&#34;:4', { answer: 'agree' })).text).toContain('goes through once')
    expect((await call(meta, 'call_tool', removal(4))).isError).toBe(false)
    expect(removed()).toEqual([...before, '/books/4'])
    expect((await call(meta, 'call_tool', removal(4))).error.code).toBe('CONFIRMATION_NEEDED')
  })

  it('asks as the person says on a terminal: never, or before every change', async () => {
    expect(await cli('inbox', 'policy', 'never')).toContain('nothing')
    expect((await call(meta, 'call_tool', removal(5))).isError).toBe(false)
    expect(await cli('inbox', 'policy', 'always')).toContain('whatever changes')
    const init = { name: 'another', description: 'Another.' }
    expect((await call(meta, 'init_server', init)).error.code).toBe('CONFIRMATION_NEEDED')
    expect((await call(meta, 'list_servers')).isError).toBe(false)
    expect((await callConfirmed(meta, 'init_server', init)).isError).toBe(false)
    const browser = startInboxBrowser()
    const page = await browser.open(/http:\S+/.exec(await cli('inbox'))?.[0] ?? '')
    const token = /name="form_token" value="([^"]+)"/.exec(page.text)?.[1] ?? ''
    const saved = await browser.post(page, '/inbox/policy', { form_token: token, policy: 'destructive' })
    expect(saved.text).toContain('value="destructive" checked')
    expect((await call(meta, 'init_server', { ...init, name: 'third' })).isError).toBe(false)
  })
})
