import { holdToOutputSchema } from '../contracts/output-schema.ts'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openApiImporter } from '../../generators/importers/openapi/openapi-importer.ts'
import { createSandbox } from '../../runtime/sandbox/create-sandbox.ts'
import { defaults } from '../../src/config/defaults.ts'
import { loadConfig } from '../../src/config/load-config.ts'
import type { Database } from '../../src/db/database.ts'
import { toResult } from '../../src/mcp/meta-result.ts'
import type { LogQuery } from '../../src/model/deployment-target.ts'
import { LOCAL_TENANT } from '../../src/model/ids.ts'
import type { Server } from '../../src/model/server.ts'
import type { ToolDefinition } from '../../src/model/tool-definition.ts'
import type { Services } from '../../src/pipeline/services.ts'
import { tokensOf } from '../../src/pipeline/token-cost.ts'
import { createWorkshop } from '../../src/pipeline/workshop/workshop.ts'
import { insertBuild } from '../../src/registry/build-store.ts'
import { upsertCredentials } from '../../src/registry/credential-store.ts'
import { updateDeployment, upsertDeployment } from '../../src/registry/deployment-store.ts'
import { putSavedTest } from '../../src/registry/saved-test-store.ts'
import { insertServer } from '../../src/registry/server-store.ts'
import { insertTools } from '../../src/registry/tool-store.ts'
import { metaTools } from '../../src/tools/index.ts'
import type { MetaCall } from '../../src/tools/meta-tool.ts'
import { openTestPglite } from '../db/test-pglite.ts'

/** About so many where nothing was asked for in particular, and never more than that. */
const [DEFAULT, MOST] = [1_500, 6_000]

let db: Database
const home = mkdtempSync(path.join(tmpdir(), 'mcpwright-answers-'))
const workshop = createWorkshop({ cache: home, atOnce: 1, idleMs: 60_000, timeoutMs: 60_000, memoryMiB: 640 })
const sandbox = createSandbox({ limits: defaults.sandbox, runners: 1, idleMs: 60_000 })
const GITHUB = createRequire(import.meta.url).resolve('@octokit/openapi/generated/api.github.com.json')

beforeAll(async () => {
  db = await openTestPglite()
  const { operations, credentials } = await openApiImporter.read(readFileSync(GITHUB, 'utf8'), {})
  const tools = operations.map(({ call, source: _source, label: _label, ...tool }) => ({
    ...tool,
    handler: { kind: 'operation', call } as const,
  }))
  await db.as(LOCAL_TENANT, async (sql) => {
    const server = await insertServer(sql, LOCAL_TENANT, named('github'))
    await insertTools(sql, LOCAL_TENANT, server, tools)
    await upsertCredentials(sql, LOCAL_TENANT, server.id, credentials)
    const test = {
      tool: tools[0]?.name ?? '',
      input: { page: 1 },
      mocks: [],
      expected: { isError: false, secrets: [] },
    }
    for (let at = 0; at < 100; at++) await putSavedTest(sql, LOCAL_TENANT, server.id, { ...test, name: `t_${at}` }, 100)
    const names = tools.map(({ name }) => name)
    let buildId
    for (let version = 1; version <= 11; version++)
      buildId = (await insertBuild(sql, LOCAL_TENANT, build(server, names, version))).id
    const { id } = await upsertDeployment(sql, LOCAL_TENANT, server, 'local')
    const endpointUrl = 'http://127.0.0.1:42000/mcp'
    await updateDeployment(sql, LOCAL_TENANT, id, { status: 'running', endpointUrl, buildId: buildId ?? null })
    for (let at = 0; at < 99; at++) {
      const draft = await insertServer(sql, LOCAL_TENANT, named(`draft-${at}`))
      if (at === 0) await insertTools(sql, LOCAL_TENANT, draft, [ECHO])
      for (const [target, address] of ADDRESSES) {
        const up = await upsertDeployment(sql, LOCAL_TENANT, draft, target)
        await updateDeployment(sql, LOCAL_TENANT, up.id, { status: 'running', endpointUrl: address })
      }
    }
  })
})
afterAll(async () => {
  await Promise.all([workshop.close(), sandbox.close()])
  await db.close()
  rmSync(home, { recursive: true, force: true })
})

/** Each draft is up here and elsewhere: the longest line of a list. */
const ADDRESSES = [
  ['cloudflare', 'https://draft.some-account.workers.dev/mcp'],
  ['local', 'http://127.0.0.1:42001/mcp'],
] as const

const ECHO: ToolDefinition = {
  name: 'echo',
  description: 'Gives back what it was given.',
  effect: 'read',
  inputSchema: { type: 'object' },
  handler: { kind: 'code', source: 'export default (input) => (console.log(JSON.stringify(input)), input)', hosts: [] },
}

const named = (name: string) => ({ name, description: 'Knows all of it. '.repeat(50), exposure: 'tools' as const })

/** Every tool changes in every version, and a hundred come and go. */
function build({ id }: Server, names: readonly string[], version: number): Parameters<typeof insertBuild>[2] {
  const tools = names.filter((_, at) => at % 11 !== version).map((name) => [name, `${name} ${version}`] as const)
  return {
    serverId: id,
    digest: randomUUID(),
    revision: version,
    checks: [],
    library: null,
    files: Object.fromEntries(names.map((name) => [`src/tools/${name}.ts`, `// ${name}`])),
    artefacts: {},
    contents: {
      hosts: Array.from({ length: version * 10 }, (_, at) => `host-${at}.example`),
      credentials: [],
      tools: Object.fromEntries(tools),
      resources: {},
      prompts: {},
      effects: {},
    },
  }
}

/** A thousand lines, of which the newest are asked for. */
async function logs(_: unknown, { limit, cursor }: LogQuery) {
  const before = cursor === undefined ? 1_000 : Number(cursor)
  const from = Math.max(0, before - limit)
  const lines = Array.from({ length: before - from }, (_each, at) => ({
    at: new Date(from + at),
    level: 'info' as const,
    message: `${from + at}: ${'said '.repeat(30)}`,
  }))
  return { lines, ...(from > 0 && { nextCursor: String(from) }) }
}

async function answer(name: string, input: object) {
  const tool = metaTools.find((each) => each.name === name)
  const call = {
    // Nothing else of them is used by tools that only read.
    services: {
      db,
      targets: { local: { logs } },
      sightings: { look: async () => undefined, refresh: () => {} },
      secrets: { load: async () => ({ names: () => [], value: () => undefined }) },
      workshop,
      sandbox,
      config: { ...loadConfig({ MCPWRIGHT_HOME: home }), quota: defaults.quota },
    } as unknown as Services,
    principal: { tenantId: LOCAL_TENANT, subject: 'owner', scopes: ['read', 'write'] },
    signal: new AbortController().signal,
    cancelled: new AbortController().signal,
    takesTasks: false,
    progress: () => {},
    roots: () => [],
    showPage: () => 'unable',
    confirm: async () => {},
  } satisfies MetaCall
  const result = toResult((await tool?.run(input as never, call)) ?? { text: '', structured: {} })
  const text = result.content[0]?.text ?? ''
  const structured = { ...result.structuredContent }
  holdToOutputSchema(name, structured)
  return { text, structured, tokens: tokensOf(text) + tokensOf(structured) }
}

describe('the largest answers', () => {
  it.each([
    ['list_servers', {}],
    ['get_server', { server: 'github' }],
    ['get_logs', { server: 'github' }],
    ['search_tools', { query: 'list issues of a repository' }],
  ])('stay within about 1,500 tokens where nothing more is asked for: %s %j', async (name, input) => {
    const { tokens } = await answer(name, input)
    expect(tokens).toBeGreaterThan(100)
    expect(tokens).toBeLessThanOrEqual(DEFAULT)
  })

  it.each([
    ['list_servers', { limit: 100 }],
    ...(['tools', 'code', 'versions', 'tests', 'resources'] as const).map((part): readonly [string, object] => [
      'get_server',
      { server: 'github', include: [part] },
    ]),
    [
      'get_server',
      { server: 'github', include: ['tools', 'code', 'versions', 'deployments', 'tests'], format: 'detailed' },
    ],
    ['get_logs', { server: 'github', limit: 500 }],
    ['search_tools', { query: 'list', limit: 50 }],
  ] as const)('never go over 6,000: %s %j', async (name, input) => {
    expect((await answer(name, input)).tokens).toBeLessThanOrEqual(MOST)
  })

  /** Of an API that answers far too much: a list, one long text, and many members. */
  const HUGE = {
    list: Array.from({ length: 20_000 }, (_, id) => ({ id, title: 'Of one issue. '.repeat(5) })),
    text: 'y'.repeat(1_000_000),
    members: Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`member_${at}`, 'x'.repeat(50)])),
  }

  it.each([
    ['test_tool', { input: {}, mocks: [{ response: { body: HUGE } }] }],
    ['test_tool', { input: {}, mocks: [{ response: { body: HUGE.list } }] }],
    ['test_tool', { input: {}, mocks: [{ response: { status: 500, body: HUGE.text } }] }],
    ['test_tool', { server: 'draft-0', tool: 'echo', input: HUGE, mocks: [] }],
    ['test_tool', { server: 'draft-0', tool: 'echo', input: { given: HUGE.members }, mocks: [] }],
    ['check_server', {}],
    ['import_openapi', { content: readFileSync(GITHUB, 'utf8') }],
    ['import_openapi', { content: readFileSync(GITHUB, 'utf8'), select: { all: true } }],
    ['get_install', { client: 'cursor' }],
  ] as const)(
    'of what runs, is checked or is imported never go over 6,000: %s',
    { timeout: 60_000 },
    async (name, more) => {
      const input = { server: 'github', ...(name === 'test_tool' && { tool: 'apps_get_authenticated' }), ...more }
      const { tokens, text } = await answer(name, input)
      expect(text).not.toBe('')
      expect(tokens).toBeLessThanOrEqual(MOST)
    },
  )

  it('keep every block of a result whole: one of text has its text', async () => {
    const mocks = [{ response: { body: HUGE.list } }]
    const { structured } = await answer('test_tool', {
      server: 'github',
      tool: 'apps_get_authenticated',
      input: {},
      mocks,
    })
    expect(structured).toMatchObject({
      ok: true,
      result: { content: [{ type: 'text', text: expect.stringContaining('Of one') }] },
    })
  })

  it('name the resource that holds what was cut', async () => {
    const { structured, text } = await answer('get_server', { server: 'github' })
    expect(structured).toMatchObject({ tool_count: 1_223, cut: ['tools'], rest: 'mcpwright://servers/github' })
    expect(text).toContain('tools cut to fit; all of it is the resource mcpwright://servers/github')
  })

  it('have a cursor, by which all log lines and all servers are reached', async () => {
    const seen: string[] = []
    for (let cursor: unknown; ;) {
      const { structured } = await answer('get_logs', {
        server: 'github',
        limit: 500,
        ...(cursor !== undefined && { cursor }),
      })
      seen.unshift(...(structured['lines'] as { message: string }[]).map(({ message }) => message.split(':')[0] ?? ''))
      cursor = structured['next_cursor']
      if (cursor === undefined) break
    }
    expect(seen).toEqual(Array.from({ length: 1_000 }, (_, at) => String(at)))
    const servers: string[] = []
    for (let cursor: unknown; ;) {
      const { structured } = await answer('list_servers', cursor === undefined ? {} : { limit: 100, cursor })
      servers.push(...(structured['servers'] as { name: string }[]).map(({ name }) => name))
      cursor = structured['next_cursor']
      if (cursor === undefined) break
    }
    expect(new Set(servers).size).toBe(100)
    expect(servers.length).toBe(100)
  })

  it('has both addresses of a server that is up here and elsewhere, the one here first', async () => {
    const { structured, text } = await answer('list_servers', { query: 'draft-42' })
    const [[, elsewhere], [, here]] = ADDRESSES
    expect(structured['servers']).toMatchObject([{ name: 'draft-42', url: here, also: { cloudflare: elsewhere } }])
    expect(text).toContain(`draft-42: draft, 0 tools, ${here}, cloudflare: ${elsewhere}`)
  })
})
