import { createRequire } from 'node:module'
import path from 'node:path'
import type { Client } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startUpstream, type Upstream } from '../fixtures/upstreams/start-upstream.ts'
import { call } from '../e2e/call.ts'
import { startInboxBrowser } from '../e2e/inbox-browser.ts'
import { allow, inboxLink } from '../e2e/inbox-link.ts'
import { type LibraryApi, startLibraryApi } from '../e2e/library-api.ts'
import { openTestHome, type TestHome } from '../e2e/test-home.ts'
import { type Agent, type Goal, type Outcome, startAgent } from './agent.ts'
import { REPAIR, tenGoals } from './goals.ts'

const hugeFile = createRequire(import.meta.url).resolve('@octokit/openapi/generated/api.github.com.json')

let api: LibraryApi
let upstream: Upstream
let home: TestHome
let client: Client
let agent: Agent
let goals: Readonly<Record<string, Goal>>
/** Of the night. */
const outcomes = new Map<string, Outcome>()

beforeAll(async () => {
  api = await startLibraryApi()
  upstream = await startUpstream('modern')
  await upstream.offer([
    {
      name: 'get_note',
      description: 'Gets a note by its title. Returns its text.',
      behaviour: 'echo',
      annotations: { readOnlyHint: true },
      inputSchema: {
        type: 'object',
        properties: { title: { type: 'string', description: 'Its title.' } },
        required: ['title'],
        additionalProperties: false,
      },
    },
  ])
  home = await openTestHome({
    MCPWRIGHT_ALLOW_LOCAL: [api.host, upstream.host].join(','),
    MCPWRIGHT_FILES: path.dirname(hugeFile),
  })
  client = await home.connect()
  agent = await startAgent(client)
  goals = tenGoals({ library: api.description, upstreamUrl: upstream.url, hugeFile })
})

afterAll(async () => {
  await home[Symbol.asyncDispose]()
  await upstream[Symbol.asyncDispose]()
  await api[Symbol.asyncDispose]()
})

const goalOf = (beginning: string): Goal => goals[beginning] ?? { server: '', start: [], content: {} }
const told = ({ trail }: Outcome) => trail.join('\n')

/** What became of a goal: the server with its grade, or how far the agent came. */
const endOf = (outcome: Outcome) => (outcome.kind === 'graded' ? `${outcome.server} ${outcome.grade}` : outcome.kind)

/** Goes on where the night ended. @returns what became of it, to be a server with an A */
async function goOn(beginning: string, content: Goal['content'] = {}): Promise<string> {
  const night = outcomes.get(beginning)
  const goal = goalOf(beginning)
  const rest = night?.kind === 'waits' ? night.rest : goal.start.slice(-1)
  const outcome = await agent.pursue({ ...goal, content: { ...goal.content, ...content } }, rest)
  return outcome.kind === 'graded' ? endOf(outcome) : told(outcome)
}

describe('an agent that knows nothing but the list of tools, with nobody present', () => {
  it.for([
    ['an empty server', 'empty-desk A'],
    ['a code tool with a compile error', 'typo-desk A'],
    ['an import with a missing secret', 'waits'],
    ['a failing test', 'stuck'],
    ['a name that is taken', 'empty-desk-2 A'],
    ['a broken description', 'broken-desk A'],
    ['an external server', 'waits'],
    ['a rollback after a bad deploy', 'waits'],
    ['a huge API', 'huge-desk A'],
    ['a clean-up', 'waits'],
  ] as const)('goes as far as it can from %s: %s', { timeout: 60_000 }, async ([beginning, end]) => {
    const outcome = await agent.pursue(goalOf(beginning))
    outcomes.set(beginning, outcome)
    expect(endOf(outcome), told(outcome)).toBe(end)
  })

  it('leaves a report for the morning: what runs, what failed and why, what waits', async () => {
    const { text, data } = await call(client, 'list_servers')
    const servers = new Map((data['servers'] as { name: string }[]).map((server) => [server.name, server]))
    const up = ['empty-desk', 'empty-desk-2', 'typo-desk', 'library-desk', 'broken-desk', 'back-desk', 'huge-desk']
    for (const name of up) expect(servers.get(name)).toMatchObject({ status: 'running', url: expect.any(String) })
    const failed = { status: 'failed', message: expect.stringContaining('1 of 1 saved tests fail') }
    expect(servers.get('tested-desk')).toMatchObject(failed)
    for (const name of ['notes-desk', 'tidy-desk']) expect(servers.get(name)).toMatchObject({ status: 'draft' })
    expect(data['waiting']).toMatchObject([
      expect.stringContaining('enter LIBRARY_TOKEN'),
      expect.stringContaining('connect "notes-desk"'),
      expect.stringContaining('Put version 1 of "back-desk" up'),
      expect.stringContaining('archive the server "tidy-desk"'),
    ])
    expect(data['next']).toEqual([{ tool: 'get_server', arguments: { server: 'tested-desk' } }])
    expect(text).toMatch(/^Waiting for a person \(mcpwright inbox\): enter LIBRARY_TOKEN/m)
  })

  it('tells the same of one server', async () => {
    const library = await call(client, 'get_server', { server: 'library-desk' })
    expect(library.data['waiting']).toEqual([expect.stringContaining('enter LIBRARY_TOKEN')])
    expect(library.text).toContain('Waiting for a person (mcpwright inbox): enter LIBRARY_TOKEN')
    expect((await call(client, 'get_server', { server: 'tested-desk' })).text).toMatch(
      /^tested-desk is failed, with 1 tool\. The last deploy failed: 1 of 1 saved tests fail/,
    )
    expect((await call(client, 'get_server', { server: 'empty-desk' })).data).not.toHaveProperty('waiting')
  })
})

describe('the same agent, when a person has come', () => {
  it('finishes the import whose secret was entered', async () => {
    const browser = startInboxBrowser()
    const page = await browser.open(await inboxLink(home))
    await browser.submit(page, 'LIBRARY_TOKEN for', { answer: 'enter', value: 'correct-horse' })
    expect(await goOn('an import with a missing secret')).toBe('library-desk A')
  })

  it('finishes what uses the server that was allowed', async () => {
    await allow(home, 'Connect &#34;notes&#34;', 'Allow these tools')
    expect(await goOn('an external server')).toBe('notes-desk A')
  })

  it('goes back to the version that was good, once that was agreed to', async () => {
    await allow(home, 'Put version 1 of &#34;back-desk&#34;', 'Agree')
    expect(await goOn('a rollback after a bad deploy')).toBe('back-desk A')
    const sum = await call(client, 'read_tool', { server: 'back-desk', tool: 'add_numbers', arguments: { a: 1, b: 2 } })
    expect(sum.data).toEqual({ sum: 3 })
  })

  it('cleans up once that was agreed to, and builds anew', async () => {
    await allow(home, 'archive the server &#34;tidy-desk&#34;', 'Agree')
    expect(await goOn('a clean-up')).toBe('tidy-desk A')
  })

  it('deploys what passes its test again', async () => {
    expect(await goOn('a failing test', REPAIR)).toBe('tested-desk A')
  })

  it('has nothing left that waits or has failed', async () => {
    const { data } = await call(client, 'list_servers')
    expect(data).not.toHaveProperty('waiting')
    expect((data['servers'] as { status: string }[]).map(({ status }) => status)).toEqual(Array(10).fill('running'))
  })
})
