import type { Client } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requireServer } from '../../src/registry/server-store.ts'
import { changeSharedCode } from '../../src/registry/shared-code-store.ts'
import { call, callConfirmed } from '../e2e/call.ts'
import { ADA, openTenants, type Tenants } from '../threats/tenants.ts'

let tenants: Tenants
let client: Client

const SHARED = 'src/shared/money.ts'
const MONEY = 'export function euro(cents: number): string {\n  return `${cents / 100} €`\n}\n'

beforeAll(async () => {
  tenants = await openTenants()
  client = await tenants.connect(ADA)
  await call(client, 'init_server', { name: 'till', description: 'Counts money.' })
  await call(client, 'add_prompt', {
    server: 'till',
    name: 'explain_money',
    description: 'Explains to a guest how money is counted here.',
    template: 'Explain how we count money.',
  })
  await changeMoney(MONEY)
})
afterAll(() => tenants[Symbol.asyncDispose]())

/** What is generated at SHARED becomes another text. */
function changeMoney(source: string): Promise<void> {
  return tenants.db.as(ADA.tenantId, async (sql) => {
    const { id } = await requireServer(sql, ADA.tenantId, 'till')
    await changeSharedCode(sql, ADA.tenantId, id, { 'money.ts': source })
  })
}

const on = (tool: string, input: object = {}) => call(client, tool, { server: 'till', ...input })
const read = async (file: string) => (await on('read_file', { file })).data
const revision = async () => (await on('get_server')).data['revision']

describe('the project as files', () => {
  it('is listed without its library, which a folder shows, page by page', async () => {
    const { data, text } = await on('list_files')
    expect(data['files']).toContainEqual({ file: SHARED, bytes: Buffer.byteLength(MONEY) })
    expect(JSON.stringify(data)).not.toContain('src/lib/')
    expect(text).toContain('src/lib/ are left out')
    const first = (await on('list_files', { folder: 'src/lib/' })).data
    expect(first['files']).toHaveLength(60)
    const rest: unknown[] = []
    for (let cursor = first['next_cursor']; cursor !== undefined;) {
      const page = (await on('list_files', { folder: 'src/lib', cursor })).data
      rest.push(page['files'])
      cursor = page['next_cursor']
    }
    expect(JSON.stringify(rest)).toContain('src/lib/tool-context.ts')
  })

  it('takes an edit as the next revision, with its difference to what is generated', async () => {
    const before = Number(await revision())
    const { data, text } = await on('write_file', { file: SHARED, edits: [{ old: '€', new: 'EUR' }] })
    expect(data).toMatchObject({ change: 'edited', runs_in: 'sandbox', types: 'ok' })
    expect(data['difference']).toContain('-  return `${cents / 100} €`\n+  return `${cents / 100} EUR`')
    expect(text).toContain('is edited by hand')
    expect(await revision()).toBe(before + 1)
    expect(await read(SHARED)).toMatchObject({ text: expect.stringContaining('EUR'), change: 'edited' })
    const shown = (await on('get_server', { include: ['code'] })).data
    expect(shown['changed_files']).toEqual([{ file: SHARED, change: 'edited' }])
  })

  it('stops a deploy with what changed beneath an edit, until somebody says what the file is to be', async () => {
    await changeMoney(MONEY.replace('cents / 100', '(cents / 100).toFixed(2)'))
    expect(await read(SHARED)).toMatchObject({
      outdated: true,
      difference: expect.stringContaining('-  return `${(cents'),
    })
    const findings = async () => JSON.stringify((await on('check_server', { only: ['F1'] })).data['findings'])
    expect(await findings()).toMatch(/F1:file\/src\/shared\/money\.ts.*gate.*toFixed.*EUR/)
    await on('write_file', { file: SHARED, text: MONEY.replace('€', 'EUR') })
    expect(await findings()).toBe('[]')
    expect((await on('write_file', { file: SHARED, restore: true })).data).toMatchObject({ change: 'none' })
    expect(await read(SHARED)).toMatchObject({ text: expect.stringContaining('toFixed') })
  })

  it('stays as it was written where another change came between, and says what its types have against it', async () => {
    const { data, text } = await on('write_file', {
      file: 'src/shared/wrong.ts',
      text: 'export const a: number = "b"\n',
    })
    expect(JSON.stringify(data['types'])).toMatch(/src\/shared\/wrong\.ts:1:14 .*not assignable/)
    expect(text).toContain('1 problems of types stop a deploy')
    expect(
      (await callConfirmed(client, 'delete_file', { server: 'till', file: 'src/shared/wrong.ts' })).data,
    ).toMatchObject({
      change: 'none',
      types: 'ok',
    })
  })

  it('leaves a generated file out, and brings it back', async () => {
    expect((await callConfirmed(client, 'delete_file', { server: 'till', file: 'README.md' })).data).toMatchObject({
      change: 'deleted',
      runs_in: 'taken-away',
    })
    expect((await on('list_files')).data['files']).toContainEqual({ file: 'README.md', bytes: 0, change: 'deleted' })
    expect((await on('write_file', { file: 'README.md', restore: true })).data).toMatchObject({ change: 'none' })
  })

  it('is read page by page, and not with a page of another text', async () => {
    const text = 'Ä line of text.\n'.repeat(1_000)
    await on('write_file', { file: 'NOTES.md', text })
    const first = await read('NOTES.md')
    const second = (await on('read_file', { file: 'NOTES.md', cursor: first['next_cursor'] })).data
    expect([first['text'], second['text']].join('')).toBe(text)
    await on('write_file', { file: 'NOTES.md', text: 'Short.' })
    const { error } = await on('read_file', { file: 'NOTES.md', cursor: first['next_cursor'] })
    expect(error).toMatchObject({ code: 'ARGUMENTS_INVALID', message: expect.stringContaining('has changed') })
  })

  it.each([
    ['read_file', { file: 'src/shared/mony.ts' }, 'FILE_UNKNOWN', 'Did you mean "src/shared/money.ts"?'],
    ['delete_file', { file: 'money.ts' }, 'FILE_UNKNOWN', 'Did you mean "src/shared/money.ts"?'],
    ['write_file', { file: '../x.md', text: 'x' }, 'FILE_NOT_ALLOWED', ''],
    ['write_file', { file: 'package.json', text: '{}' }, 'FILE_NOT_ALLOWED', ''],
    ['write_file', { file: 'readme.md', text: 'x' }, 'FILE_NOT_ALLOWED', ''],
    ['write_file', { file: 'README.md/x.md', text: 'x' }, 'FILE_NOT_ALLOWED', ''],
    ['write_file', { file: 'x.md', text: 'x'.repeat(270_000) }, 'LIMIT_EXCEEDED', 'restore: true'],
    ['write_file', { file: SHARED, text: "import a from '/etc/a.json'" }, 'IMPORT_NOT_ALLOWED', 'relative paths'],
    ['write_file', { file: SHARED, edits: [{ old: 'nowhere', new: 'x' }] }, 'ARGUMENTS_INVALID', 'a piece as it is'],
    ['write_file', { file: SHARED }, 'ARGUMENTS_INVALID', 'one of them'],
    [
      'write_file',
      { file: 'x.md', text: ['ghp_', 'q7Zk2Lm9Xw4Tb3NvR8sD1fG6hJ5kP0aYcVeU'].join('') },
      'SECRET_IN_ARGUMENT',
      '',
    ],
  ])('refuses %s with %o as %s, and changes nothing', async (tool, input, code, fix) => {
    const before = await revision()
    const { error } = await on(tool, input)
    expect(error).toMatchObject({ code, fix: expect.stringContaining(fix) })
    expect(await revision()).toBe(before)
  })
})
