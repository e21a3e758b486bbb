import type { Client } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createJobTasks } from '../../src/mcp/job-tasks.ts'
import { waitingItems } from '../../src/pipeline/inbox/answer-inbox.ts'
import { refuseMoreJobs } from '../../src/pipeline/quota.ts'
import { requireServer } from '../../src/registry/server-store.ts'
import { offeredTools } from '../../src/tools/offered-tools.ts'
import { call } from '../e2e/call.ts'
import { workersOf } from '../pipeline/workers-of.ts'
import { ADA, BOB, openTenants, type Tenants } from './tenants.ts'

let tenants: Tenants
let ada: Client
let bob: Client

beforeAll(async () => {
  tenants = await openTenants()
  ada = await tenants.connect(ADA)
  bob = await tenants.connect(BOB)
  for (const client of [ada, bob]) await call(client, 'init_server', { name: 'shared', description: 'Of both.' })
  await call(ada, 'init_server', { name: 'hidden', description: 'Only of Ada.' })
  await addNote(ada, 'hidden')
})
afterAll(() => tenants[Symbol.asyncDispose]())

function addNote(client: Client, server: string) {
  const http = {
    method: 'GET',
    url: 'https://notes.example/{id}',
    headers: { 'x-key': '{NOTES_KEY}' },
    secret: 'NOTES_KEY',
  }
  return call(client, 'add_tool', {
    server,
    name: 'read_note',
    description: 'Reads a note.',
    effect: 'read',
    http,
    input_schema: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] },
  })
}

/** Arguments that would be right for a tool, if the server were there. */
const ARGUMENTS: Readonly<Record<string, object>> = {
  import_openapi: { content: 'openapi: 3.1.0' },
  import_api: { kind: 'graphql', content: 'type Query { a: Int }' },
  connect_external: { url: 'https://notes.example/mcp', name: 'notes' },
  add_tool: { name: 'read_note', edits: [{ old: 'a', new: 'b' }] },
  add_resource: { uri: 'notes://one', name: 'note', description: 'A note.', text: 'One.' },
  add_prompt: { name: 'ask', description: 'Asks.', template: 'Ask.' },
  remove_item: { kind: 'tool', name: 'read_note' },
  request_secrets: { secrets: [{ name: 'NOTES_KEY' }] },
  test_tool: { tool: 'read_note', input: { id: '1' } },
  search_tools: { query: 'note' },
  call_tool: { tool: 'read_note', arguments: { id: '1' } },
  read_tool: { tool: 'read_note', arguments: { id: '1' } },
  get_install: { client: 'cursor' },
  rollback: { version: 1 },
  read_file: { file: 'README.md' },
  write_file: { file: 'README.md', text: 'One.' },
  delete_file: { file: 'README.md' },
  run_script: { script: 'typecheck' },
}
const ofServer = offeredTools({ fileTools: true })
  .filter(({ inputSchema }) => Object.hasOwn(inputSchema.properties ?? {}, 'server'))
  .map(({ name }) => name)

describe('two tenants of one daemon', () => {
  it('call the same tools with the same ids and names at once, and hear of their own alone', async () => {
    // Fresh clients: the ids of their requests are the same numbers.
    const clients = [await tenants.connect(ADA), await tenants.connect(BOB)] as const
    const names = Array.from({ length: 50 }, (_, index) => `same-${index}`)
    const whose = ['ada', 'bob'] as const
    const both = whose.flatMap((owner, index) => names.map((name) => ({ owner, name, client: clients[index] ?? ada })))
    const added = await Promise.all(
      both.map(({ client, name, owner }) => call(client, 'init_server', { name, description: `Of ${owner}.` })),
    )
    expect(added.filter(({ isError }) => isError)).toEqual([])
    const shown = await Promise.all(both.map(({ client, name }) => call(client, 'get_server', { server: name })))
    shown.forEach(({ data }, index) => expect(data).toMatchObject({ description: `Of ${both[index]?.owner}.` }))
    expect(shown).toHaveLength(100)
  })

  it.each(ofServer)('%s knows no server of the other', async (tool) => {
    const { error, text } = await call(bob, tool, { server: 'hidden', ...ARGUMENTS[tool] })
    expect(error.code).toBe('SERVER_UNKNOWN')
    expect(text).not.toContain('Only of Ada')
  })

  it('list, count and complete their own servers', async () => {
    expect((await call(ada, 'get_server', { server: 'hidden' })).text).toContain('hidden')
    expect((await call(bob, 'list_servers', { query: 'hidden' })).data['servers']).toEqual([])
    const asked = { ref: { type: 'ref/prompt', name: 'x' }, argument: { name: 'server', value: 'hid' } } as const
    expect((await bob.complete(asked)).completion.values).toEqual([])
    expect((await ada.complete(asked)).completion.values).toEqual(['hidden'])
  })

  it.each([
    'mcpwright://servers/hidden',
    'mcpwright://servers/hidden/mcpb',
    'mcpwright://servers/hidden/files/package.json',
  ])('find nothing at %s of the other', async (uri) => {
    await expect(bob.readResource({ uri })).rejects.toThrow(/not found/i)
    expect(JSON.stringify(await bob.listResources())).not.toContain('hidden')
  })

  it('get with a cursor of the other a page of their own list', async () => {
    const page = await call(ada, 'list_servers', { limit: 1 })
    const cursor = page.data['next_cursor']
    expect(cursor).toBeTypeOf('string')
    const { text } = await call(bob, 'list_servers', { limit: 100, cursor })
    expect(text).not.toContain('hidden')
  })

  it('cannot see, wait for or give up a job of the other', async () => {
    const { db, services } = tenants
    const server = await db.as(ADA.tenantId, (sql) => requireServer(sql, ADA.tenantId, 'hidden'))
    const job = await services.queue.send({ kind: 'build', tenantId: ADA.tenantId, serverId: server.id })
    const theirs = createJobTasks(async () => services, BOB)
    const refused = { message: expect.stringContaining('There is no task') }
    for (const ask of [() => theirs.get(job), () => theirs.cancel(job), () => theirs.answer(job, {})])
      await expect(ask()).rejects.toMatchObject(refused)
    expect(await services.queue.cancel(BOB.tenantId, job)).toBe(false)
    expect(await createJobTasks(async () => services, ADA).get(job)).toMatchObject({ status: 'working' })
  })

  it('have so many jobs at once, each for itself', async () => {
    const { db, services } = tenants
    const of = ({ tenantId }: typeof ADA, jobs: number) => {
      const config = { ...services.config, quota: { ...services.config.quota, jobs } }
      return db.as(tenantId, (sql) => refuseMoreJobs(sql, { queue: services.queue, config }, tenantId))
    }
    // Of the test before.
    await expect(of(ADA, 1)).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      message: '1 jobs wait or run, and 1 are allowed.',
      fix: expect.stringContaining('MCPWRIGHT_MAX_JOBS'),
    })
    await of(ADA, 2)
    await of(BOB, 1)
  })

  it('cannot use a confirmation of the other for the same call', async () => {
    const asked = await call(ada, 'delete_server', { server: 'shared' })
    expect(asked.error).toMatchObject({ code: 'CONFIRMATION_NEEDED' })
    const { next }: { next?: { arguments: Record<string, unknown> } } = { ...Object(asked.error) }
    const stolen = await call(bob, 'delete_server', { ...next?.arguments })
    expect(stolen.error.code).toBe('CONFIRMATION_NEEDED')
    expect((await call(bob, 'get_server', { server: 'shared' })).isError).toBe(false)
  })

  it('open with a link what its maker asked for, once, and never what waits for the other', async () => {
    const { services } = tenants
    const asked = await call(ada, 'request_secrets', { server: 'hidden' })
    const link = String(asked.data['link']).split('/').at(-1) ?? ''
    const theirs = (await waitingItems(services, BOB)).map(({ id }) => id)
    const own = await waitingItems(services, ADA)
    expect(own.filter(({ id }) => theirs.includes(id))).toEqual([])
    expect(await waitingItems(services, BOB, new Set(own.map(({ id }) => id)))).toEqual([])
    expect(services.inboxLinks.open(link)?.session.principal).toEqual(ADA)
    expect(services.inboxLinks.open(link)).toBeUndefined()
  })
})

/** Each is another one, so that none is read from what is kept of one before. */
function describeMuch(index: number): string {
  const paths = Array.from({ length: 30 }, (_, path) => [`/p${path}`, { get: { responses: {} } }])
  return JSON.stringify({
    openapi: '3.1.0',
    info: { title: `Much ${index}`, version: '1' },
    servers: [{ url: 'https://api.example.com' }],
    paths: Object.fromEntries(paths),
  })
}

describe('a tenant that asks for much at once', () => {
  it('leaves the simple calls of another answered before its own, and gives the heavy ones their turn', async () => {
    const run = vi.spyOn(tenants.services.workshop, 'run')
    const giveUp = new AbortController()
    let answered = 0
    const heavy = Array.from({ length: 200 }, async (_, index) => {
      const input = { server: 'shared', content: describeMuch(index) }
      await ada.callTool({ name: 'import_openapi', arguments: input }, { signal: giveUp.signal, timeout: 60_000 })
      answered++
    })
    for (const [tool, input] of [
      ['list_servers', {}],
      ['init_server', { name: 'quick', description: 'Of Bob.' }],
      ['get_server', { server: 'quick' }],
    ] as const) {
      expect((await call(bob, tool, input)).isError).toBe(false)
    }
    expect(answered).toBeLessThan(100)
    const before = answered
    const heavyOfBob = await call(bob, 'import_openapi', { server: 'quick', content: describeMuch(1_000) })
    expect(heavyOfBob.isError).toBe(false)
    // Those in flight when it came, and what the other process does during its own time.
    expect(answered - before).toBeLessThan(30)
    giveUp.abort()
    await Promise.allSettled([...heavy, ...run.mock.results.map(({ value }) => value)])
    run.mockRestore()
    expect((await call(ada, 'get_server', { server: 'shared' })).isError).toBe(false)
  })

  it.skipIf(process.platform !== 'linux')('gives up in the worker what it cancels', async () => {
    const run = vi.spyOn(tenants.services.workshop, 'run')
    const cancel = new AbortController()
    const content = `openapi: 3.1.0\npaths: {}\nx:\n${'  - a: 1\n'.repeat(190_000)}`
    const input = { name: 'import_openapi', arguments: { server: 'shared', content } }
    const reading = ada.callTool(input, { signal: cancel.signal })
    await vi.waitUntil(() => run.mock.calls.length > 0 && workersOf(process.pid).length > 0, {
      timeout: 20_000,
      interval: 5,
    })
    const during = workersOf(process.pid)
    cancel.abort('The person said stop.')
    await expect(reading).rejects.toThrow('The person said stop.')
    await expect(run.mock.results.at(-1)?.value).rejects.toBeDefined()
    const isOneGone = () => during.some((worker) => !workersOf(process.pid).includes(worker))
    await vi.waitUntil(isOneGone, { timeout: 10_000, interval: 5 })
    run.mockRestore()
  })
})
