import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { templates } from '../../generators/templates/index.ts'
import type { NextCall } from '../../src/errors/meta-error.ts'
import { call } from './call.ts'
import { endpointOf } from './endpoint-of.ts'
import { startTemplateUpstream, type TemplateUpstream } from './template-upstream.ts'
import { openTestHome, type TestHome } from './test-home.ts'

const made = templates.map(({ name }) => name).filter((name) => name !== 'empty')
let home: TestHome
let meta: Client
let one: TemplateUpstream
let two: TemplateUpstream
/** The tools of each template that were called. */
const called = new Map<string, Set<string>>()

beforeAll(async () => {
  one = await startTemplateUpstream('one')
  two = await startTemplateUpstream('two')
  home = await openTestHome({
    MCPWRIGHT_ALLOW_LOCAL: `${one.host},${two.host}`,
    MCPWRIGHT_ENV_SECRETS: `API_TOKEN@${one.host}`,
    API_TOKEN: 'tok-template-77f1',
  })
  meta = await home.connect()
})

afterAll(async () => {
  await home[Symbol.asyncDispose]()
  await one[Symbol.asyncDispose]()
  await two[Symbol.asyncDispose]()
})

/** Makes the template's server and deploys it, which runs its saved tests; then does what was proposed to do next. */
async function deploy(template: string): Promise<void> {
  const description = `Serves ${one.url} and ${two.url}.`
  const started = await call(meta, 'init_server', { name: template, description, template })
  expect(started.data).toMatchObject({ template, tests: expect.any(Number) })
  const up = await call(meta, 'deploy', { server: template })
  expect(up.error.message).toBe('')
  expect(up.data).toMatchObject({ version: 1, tests_passed: started.data['tests'] })
  const { next }: { next?: readonly NextCall[] } = started.data
  for (const { tool, arguments: input } of next ?? []) {
    if (tool === 'deploy') continue
    const done = await call(meta, tool, { ...input })
    expect([tool, done.error.message]).toEqual([tool, ''])
    expect(done.data).not.toMatchObject({ ok: false })
  }
}

/** A client of the deployed server; it checks each result against the tool's output schema. */
async function connectTo(server: string, capabilities: object = {}) {
  const { url, token } = await endpointOf(home, server)
  const client = new Client({ name: 'test', version: '1.0.0' }, { capabilities, versionNegotiation: { mode: 'auto' } })
  const requestInit = { headers: { authorization: `Bearer ${token}` } }
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }))
  const known = new Map((await client.listTools()).tools.map((tool) => [tool.name, tool]))
  return {
    client,
    async use(name: string, input: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
      expect(known.has(name)).toBe(true)
      const { isError, structuredContent, content } = await client.callTool({ name, arguments: input })
      called.set(server, (called.get(server) ?? new Set()).add(name))
      if (isError) throw new Error(JSON.stringify(content))
      return { ...Object(structuredContent) }
    },
    [Symbol.asyncDispose]: () => client.close(),
  }
}

describe('a server of a template', { timeout: 60_000 }, () => {
  it('http-api calls the API of its description, with its secret', async () => {
    await deploy('http-api')
    await using items = await connectTo('http-api')
    for (const [tool, input, method] of [
      ['list_items', { limit: 2 }, 'GET'],
      ['get_item', { id: 'a b' }, 'GET'],
      ['create_item', { title: 'Lamp' }, 'POST'],
      ['update_item', { id: '7', title: 'Lamp' }, 'PATCH'],
      ['delete_item', { id: '7' }, 'DELETE'],
    ] as const) {
      expect(await items.use(tool, input)).toMatchObject({ name: 'one', method })
    }
    expect(one.requests.slice(0, 2)).toEqual(['GET /items?limit=2', 'GET /items/a%20b'])
  })

  it('tool-calling hands what one tool found to the next', async () => {
    await deploy('tool-calling')
    await using handbook = await connectTo('tool-calling')
    await handbook.use('add_document', { title: 'Boats', text: 'A boat has 3 anchors.\n\nTrains have none.' })
    expect(await handbook.use('list_documents')).toEqual({ documents: [{ title: 'Boats', characters: 40 }] })
    const found = await handbook.use('find_passages', { question: 'How many anchors has a boat?' })
    expect(found).toMatchObject({ passages: [{ title: 'Boats', begins: 'A boat has 3 anchors.' }] })
    const quoted = { text: '> A boat has 3 anchors. [1]', sources: ['Boats'] }
    expect(await handbook.use('quote_passages', { result_id: found['result_id'] })).toEqual(quoted)
    expect(await handbook.use('answer_question', { question: 'anchors?' })).toEqual(quoted)
    await expect(handbook.use('quote_passages', { result_id: 'nothing' })).rejects.toThrow('Find the passages again')
    expect(await handbook.use('remove_document', { title: 'Boats' })).toEqual({ removed: 'Boats' })
  })

  it('routing reads from the next upstream when one has died, remembers that, and repeats no change', async () => {
    await deploy('routing')
    await using router = await connectTo('routing')
    expect(await router.use('check_health')).toMatchObject({ upstreams: [{ is_healthy: true }, { is_healthy: true }] })
    expect(await router.use('read_path', { path: '/orders' })).toMatchObject({ upstream: 'upstream_1', failed: [] })
    expect(await router.use('send_change', { method: 'PUT', path: '/orders/7', body: { n: 1 } })).toMatchObject({
      body: { name: 'one', method: 'PUT' },
    })
    expect(await router.use('delete_path', { path: '/orders/7' })).toMatchObject({ body: { method: 'DELETE' } })
    await one.die()
    const before = two.requests.length
    await expect(router.use('send_change', { method: 'POST', path: '/orders' })).rejects.toThrow(
      'look before you repeat',
    )
    expect(two.requests.length).toBe(before)
    expect(await router.use('list_upstreams')).toMatchObject({
      upstreams: [{ name: 'upstream_1', health: { is_healthy: false } }, { health: { is_healthy: true } }],
    })
    expect(await router.use('read_path', { path: '/orders' })).toMatchObject({ upstream: 'upstream_2', failed: [] })
    expect(await router.use('check_health')).toMatchObject({ upstreams: [{ is_healthy: false }, { is_healthy: true }] })
  })

  it('routing is pointed elsewhere by its hosts and one shared file, while its code stays', async () => {
    const upstream = { name: 'second', baseUrl: two.url, weight: 1, paths: ['/'], healthPath: '/' }
    const { text } = await call(meta, 'get_server', { server: 'routing', file: 'src/shared/upstreams.ts' })
    const types = text.slice(text.indexOf('/**'), text.indexOf('export const upstreams'))
    const source = `${types}export const upstreams: readonly Upstream[] = ${JSON.stringify([upstream])}`
    const pointed = await call(meta, 'add_tool', {
      server: 'routing',
      name: 'read_path',
      replace: true,
      hosts: [two.host],
      shared: { 'upstreams.ts': source },
      try: { path: '/elsewhere' },
    })
    expect(pointed.error.message).toBe('')
    expect(pointed.data).toMatchObject({ saved: 'read_path', try: { ok: true } })
    expect(two.requests).toContain('GET /elsewhere')
  })

  it('orchestrator-workers has the client’s model plan, where it can', async () => {
    await deploy('orchestrator-workers')
    const document = '# Boats\nA boat needs 3 anchors.\n# Trains\nWho drives the train?'
    await using reader = await connectTo('orchestrator-workers')
    expect(await reader.use('list_workers')).toMatchObject({ workers: expect.any(Array) })
    const plan = await reader.use('plan_analysis', { task: 'List all figures.', document })
    expect(plan).toMatchObject({ planned_by: 'rules', steps: [{ worker: 'figures' }, { worker: 'figures' }] })
    await using thinking = await connectTo('orchestrator-workers', { sampling: {} })
    const asked: unknown[] = []
    thinking.client.setRequestHandler('sampling/createMessage', async ({ params }) => {
      asked.push(params.messages)
      const text = 'Here it is: [{"worker": "open_questions", "section": 2}]'
      return { role: 'assistant', model: 'test', content: { type: 'text', text } }
    })
    expect(await thinking.use('analyse_document', { task: 'What is open?', document })).toMatchObject({
      planned_by: 'client',
      succeeded: 1,
      report: '# What is open?\n## 2. Trains\n- open questions:\n  - Who drives the train?',
    })
    expect(asked).toHaveLength(1)
  })

  it('parallelisation tells what failed beside what did not', async () => {
    await deploy('parallelisation')
    await using meter = await connectTo('parallelisation')
    expect(await meter.use('measure_text', { text: 'One. Two.' })).toMatchObject({ words: 2, sentences: 2 })
    expect(await meter.use('measure_many_texts', { texts: ['a', '!', 'b'] })).toMatchObject({ succeeded: 2, failed: 1 })
    // Its API is the first of the description, which has died.
    const { results } = await meter.use('fetch_paths', { paths: ['/a', '/b'], stop_on_failure: true, concurrency: 1 })
    expect(results).toMatchObject([
      { index: 0, ok: false, error: expect.any(String) },
      { index: 1, ok: false, skipped: true },
    ])
  })

  it('agent-scheduler keeps what recurs, pauses it and takes it away', async () => {
    await deploy('agent-scheduler')
    await using clock = await connectTo('agent-scheduler')
    expect(await clock.use('list_jobs')).toMatchObject({ jobs: [{ name: 'remind' }, { name: 'check_page' }] })
    expect(await clock.use('preview_times', { cron: '0 8 * * *', timezone: 'Asia/Tokyo', count: 1 })).toMatchObject({
      times: [expect.stringMatching(/T23:00:00\.000Z$/)],
    })
    const daily = { name: 'daily', cron: '0 8 * * *', timezone: 'Europe/Berlin', job: 'remind', input: { text: 'Up.' } }
    expect(await clock.use('create_schedule', daily)).toMatchObject({ schedule: { name: 'daily', is_paused: false } })
    await expect(clock.use('create_schedule', daily)).rejects.toThrow('already')
    await expect(clock.use('create_schedule', { ...daily, name: 'odd', cron: '99 * * * *' })).rejects.toThrow('99')
    const paused = await clock.use('pause_schedule', { name: 'daily' })
    expect(paused['schedule']).not.toHaveProperty('next_run_at')
    expect(await clock.use('resume_schedule', { name: 'daily' })).toMatchObject({ schedule: { is_paused: false } })
    expect(await clock.use('run_due_schedules')).toEqual({ ran: [] })
    expect(await clock.use('get_schedule', { name: 'daily' })).toMatchObject({ schedule: { runs: [] } })
    expect(await clock.use('list_schedules')).toMatchObject({ schedules: [{ name: 'daily' }, { name: 'standup' }] })
    expect(await clock.use('remove_schedule', { name: 'daily' })).toEqual({ removed: 'daily' })
  })

  it('agent-task-manager gives a task to one of several agents, and keeps every note', async () => {
    await deploy('agent-task-manager')
    await using chores = await connectTo('agent-task-manager')
    const { task }: { task?: { id: string } } = await chores.use('create_task', { title: 'Water', tags: ['home'] })
    const id = task?.id
    const claims = await Promise.allSettled(
      ['ada', 'bob', 'cyd'].map((owner) => chores.use('claim_task', { id, owner })),
    )
    expect(claims.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    await Promise.all(['a', 'b', 'c', 'd'].map((text) => chores.use('add_note', { id, text })))
    expect(await chores.use('get_task', { id })).toMatchObject({ task: { notes: { length: 4 } } })
    expect(await chores.use('update_task', { id, due_on: '2026-03-31' })).toMatchObject({
      task: { due_on: '2026-03-31' },
    })
    await expect(chores.use('update_task', { id, due_on: '2026-02-30' })).rejects.toThrow('is no day')
    expect(await chores.use('set_task_status', { id, status: 'done', note: 'Wet.' })).toMatchObject({
      next_status: ['todo'],
    })
    await expect(chores.use('set_task_status', { id, status: 'blocked' })).rejects.toThrow('it can become todo')
    expect(await chores.use('list_tasks', { status: ['done'], due_before: '2026-04-01' })).toMatchObject({
      tasks: [{ id, notes: 5 }],
    })
    expect(await chores.use('remove_task', { id })).toEqual({ removed: id, title: 'Water' })
  })

  it('had every one of its tools called here', async () => {
    for (const server of made) {
      await using connected = await connectTo(server)
      const { tools } = await connected.client.listTools()
      expect([...(called.get(server) ?? [])].toSorted()).toEqual(tools.map(({ name }) => name).toSorted())
    }
  })
})

it('is said to be there, with what to do first, and an unknown template is none', async () => {
  const started = await call(meta, 'init_server', {
    name: 'tasks',
    description: 'Keeps.',
    template: 'agent-task-manager',
  })
  expect(started.text).toMatch(
    /8 tools, 1 prompts?, 2 saved tests\. It works as it is.*guide\/template-agent-task-manager/,
  )
  const wrong = await call(meta, 'init_server', { name: 'odd', description: 'Odd.', template: 'agent-taskmanager' })
  expect(wrong.error).toMatchObject({ code: 'ARGUMENTS_INVALID', message: expect.stringContaining('template') })
})
