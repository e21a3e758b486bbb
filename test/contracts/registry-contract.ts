import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../src/db/database.ts'
import type { Sql } from '../../src/db/db.ts'
import { LOCAL_TENANT, type DaemonId, type TenantId } from '../../src/model/ids.ts'
import { digestOfFiles } from '../../src/model/project-files.ts'
import type { SavedTest } from '../../src/model/saved-test.ts'
import type { Server } from '../../src/model/server.ts'
import type { ToolDefinition } from '../../src/model/tool-definition.ts'
import { checkAuditChain } from '../../src/registry/audit-chain.ts'
import { appendAuditEvent, listAuditEvents } from '../../src/registry/audit-store.ts'
import {
  findBuild,
  findBuildContents,
  findToolEffect,
  insertBuild,
  listBuilds,
  loadBuild,
  pruneBuilds,
} from '../../src/registry/build-store.ts'
import { upsertCredentials } from '../../src/registry/credential-store.ts'
import type { Deployment, TargetName } from '../../src/model/deployment.ts'
import { findVersionSettings, putVersionSettings } from '../../src/registry/version-settings-store.ts'
import { noteSighting } from '../../src/registry/sighting-store.ts'
import { renewLeases, takeLease } from '../../src/registry/deployment-lease.ts'
import {
  findDeployment,
  findDeploymentBySlug,
  listActiveDeployments,
  listDeployments,
  listOutdated,
  updateDeployment,
  upsertDeployment,
} from '../../src/registry/deployment-store.ts'
import { listDeploymentsElsewhere } from '../../src/registry/deployments-elsewhere.ts'
import { loadDefinition } from '../../src/registry/load-definition.ts'
import { listFileOverlays, putFileOverlay, removeFileOverlay } from '../../src/registry/file-overlay-store.ts'
import { insertPrompt, removePrompt, replacePrompt } from '../../src/registry/prompt-store.ts'
import { insertResource, removeResource, replaceResource } from '../../src/registry/resource-store.ts'
import {
  archiveServer,
  bumpRevision,
  deleteServerRow,
  findArchivedServer,
  freeName,
  findServerById,
  findServerByName,
  insertServer,
  listServers,
  requireServer,
  restoreServer,
  setServerStatus,
  updateServer,
} from '../../src/registry/server-store.ts'
import { insertScheduledCall, nextDueAt, takeDueCalls } from '../../src/registry/scheduled-call-store.ts'
import { changeSharedCode, listSharedCode, type SharedCodeChanges } from '../../src/registry/shared-code-store.ts'
import { findToolDraft, putToolDraft, removeToolDraft } from '../../src/registry/tool-draft-store.ts'
import { listSavedTests, putSavedTest, removeSavedTest } from '../../src/registry/saved-test-store.ts'
import { insertSource, listSources, loadSourceText } from '../../src/registry/source-store.ts'
import {
  countTools,
  countToolsByServer,
  findTool,
  insertTools,
  removeTool,
  replaceTool,
  toolNames,
} from '../../src/registry/tool-store.ts'
import { getValue, listValues, replaceValue, setValue } from '../../src/registry/store-values.ts'
import { findExpiredArchives, findUnusedServers } from '../../src/registry/unused-servers.ts'
import { countRequests } from '../../src/registry/usage-store.ts'

const OTHER_TENANT = '00000000-0000-7000-8000-000000000002' as TenantId
const DAEMON = '00000000-0000-7000-8000-0000000000d1' as DaemonId
const OTHER_DAEMON = '00000000-0000-7000-8000-0000000000d2' as DaemonId

function at(hours: number): Date {
  return new Date(Date.UTC(2026, 2, 3, hours))
}

function tool(name: string): ToolDefinition {
  return {
    name,
    description: `Does ${name}.`,
    effect: 'read',
    inputSchema: { type: 'object', properties: { zebra: { type: 'string' }, ant: { type: 'integer' } } },
    handler: { kind: 'code', source: 'return input', hosts: [] },
  }
}

function savedTest(name: string, input = {}): SavedTest {
  return {
    name,
    tool: 'one',
    input,
    mocks: [{ request: { url: 'https://a.example/*' }, response: { body: { b: 1, a: 2 } } }],
    expected: { isError: false, secrets: [] },
  }
}

/** What the registry has to do on every database. */
export function registryContract(name: string, open: () => Promise<Database>): void {
  describe(`the registry on ${name}`, () => {
    let db: Database
    beforeAll(async () => {
      db = await open()
      await db.asSystem((sql) =>
        sql.query("INSERT INTO tenants (tenant_id, name) VALUES ($1, 'other')", [OTHER_TENANT]),
      )
    })
    afterAll(() => db.close())

    const local = <Result>(work: (sql: Sql) => Promise<Result>) => db.as(LOCAL_TENANT, work)
    const other = <Result>(work: (sql: Sql) => Promise<Result>) => db.as(OTHER_TENANT, work)
    const addServer = (server: string, tenantId = LOCAL_TENANT): Promise<Server> =>
      db.as(tenantId, (sql) =>
        insertServer(sql, tenantId, { name: server, description: `About ${server}`, exposure: 'tools' }),
      )

    it('keeps a server as a draft of revision 1', async () => {
      const server = await addServer('weather')
      expect(server).toMatchObject({
        name: 'weather',
        revision: 1,
        status: 'draft',
        exposure: 'tools',
        deletedAt: null,
      })
      expect(await local((sql) => findServerByName(sql, LOCAL_TENANT, 'weather'))).toEqual(server)
      expect(await local((sql) => findServerById(sql, LOCAL_TENANT, server.id))).toEqual(server)
    })

    it('refuses a second server of a name, but not to another tenant', async () => {
      await addServer('single')
      await expect(addServer('single')).rejects.toMatchObject({
        code: 'SERVER_NAME_TAKEN',
        message: expect.stringContaining('"single"'),
      })
      await expect(addServer('single', OTHER_TENANT)).resolves.toMatchObject({ tenantId: OTHER_TENANT })
    })

    it('offers the nearest name for an unknown server, and never one of another tenant', async () => {
      await addServer('calendar')
      await expect(local((sql) => requireServer(sql, LOCAL_TENANT, 'calender'))).rejects.toMatchObject({
        code: 'SERVER_UNKNOWN',
        fix: expect.stringContaining('"calendar"'),
      })
      await expect(other((sql) => requireServer(sql, OTHER_TENANT, 'calendar'))).rejects.toMatchObject({
        code: 'SERVER_UNKNOWN',
        fix: expect.not.stringContaining('calendar'),
      })
    })

    it('lists by name in pages that stay right when servers come in between', async () => {
      for (const letter of ['a', 'b', 'c', 'd']) await addServer(`page-${letter}`)
      const list = { query: 'page-', limit: 2 }
      const first = await local((sql) => listServers(sql, LOCAL_TENANT, list))
      await addServer('page-aa')
      const cursor = first.nextCursor ?? ''
      const second = await local((sql) => listServers(sql, LOCAL_TENANT, { ...list, cursor }))
      expect(first.servers.map((server) => server.name)).toEqual(['page-a', 'page-b'])
      expect(second.servers.map((server) => server.name)).toEqual(['page-c', 'page-d'])
      expect(second.nextCursor).toBeUndefined()
    })

    it('finds servers by a part of name or description, literally, and by status', async () => {
      const server = await addServer('shop-100')
      await local((sql) => updateServer(sql, LOCAL_TENANT, server.id, { description: '100% Off' }))
      await local((sql) => setServerStatus(sql, LOCAL_TENANT, server.id, 'running'))
      const names = async (query: string, status?: 'running' | 'failed') =>
        (
          await local((sql) => listServers(sql, LOCAL_TENANT, { query, limit: 10, ...(status && { status }) }))
        ).servers.map((found) => found.name)
      expect(await names('100% oFF')).toEqual(['shop-100'])
      expect(await names('1%f')).toEqual([])
      expect(await names('shop', 'running')).toEqual(['shop-100'])
      expect(await names('shop', 'failed')).toEqual([])
    })

    it('refuses a cursor that is none', async () => {
      const listing = local((sql) => listServers(sql, LOCAL_TENANT, { limit: 2, cursor: 'nonsense' }))
      await expect(listing).rejects.toMatchObject({ code: 'ARGUMENTS_INVALID' })
    })

    it('frees the name of an archived server, and gives the server back while the name is free', async () => {
      const server = await addServer('phoenix')
      await local((sql) => archiveServer(sql, LOCAL_TENANT, server.id))
      const successor = await addServer('phoenix')
      const archived = await local((sql) => findArchivedServer(sql, LOCAL_TENANT, 'phoenix'))
      expect(archived).toMatchObject({ id: server.id, status: 'archived', deletedAt: expect.any(Date) })
      await expect(local((sql) => restoreServer(sql, LOCAL_TENANT, server))).rejects.toMatchObject({
        code: 'SERVER_NAME_TAKEN',
      })
      await local((sql) => deleteServerRow(sql, LOCAL_TENANT, successor.id))
      await local((sql) => restoreServer(sql, LOCAL_TENANT, server))
      expect(await local((sql) => findServerByName(sql, LOCAL_TENANT, 'phoenix'))).toMatchObject({ id: server.id })
    })

    it('gives an archived server back under the first free name like its own', async () => {
      const server = await addServer('raven')
      expect(await local((sql) => freeName(sql, LOCAL_TENANT, 'raven'))).toBe('raven-2')
      await local((sql) => archiveServer(sql, LOCAL_TENANT, server.id))
      expect(await local((sql) => freeName(sql, LOCAL_TENANT, 'raven'))).toBe('raven')
      for (const taken of ['raven', 'raven-2']) await addServer(taken)
      const free = await local((sql) => freeName(sql, LOCAL_TENANT, 'raven'))
      await local((sql) => restoreServer(sql, LOCAL_TENANT, { id: server.id, name: free }))
      expect(await local((sql) => findServerByName(sql, LOCAL_TENANT, 'raven-3'))).toMatchObject({
        id: server.id,
        status: 'stopped',
      })
    })

    it('says of an unknown server that it is archived', async () => {
      const server = await addServer('dodo')
      await local((sql) => archiveServer(sql, LOCAL_TENANT, server.id))
      await expect(local((sql) => requireServer(sql, LOCAL_TENANT, 'dodo'))).rejects.toMatchObject({
        code: 'SERVER_UNKNOWN',
        message: 'The server "dodo" is archived.',
        fix: expect.stringContaining('restore: true'),
        next: { tool: 'list_servers' },
      })
    })

    it('counts revisions up, also when changes come at once', async () => {
      const server = await addServer('revised')
      const revisions = await Promise.all(
        [1, 2, 3].map(() => local((sql) => bumpRevision(sql, LOCAL_TENANT, server.id))),
      )
      expect(new Set(revisions)).toEqual(new Set([2, 3, 4]))
    })

    it('gives a definition back as it was put in, properties in their order', async () => {
      const server = await addServer('whole')
      const operation: ToolDefinition = {
        ...tool('list_pets'),
        title: 'List pets',
        outputSchema: { type: 'object' },
        group: 'pets',
        handler: {
          kind: 'operation',
          call: {
            kind: 'http',
            method: 'GET',
            path: '/pets',
            servers: [{ url: 'https://pets.example' }],
            parameters: [],
            accept: ['application/json'],
            security: [['PETS_KEY']],
          },
          source: { pointer: '/paths/~1pets/get' },
        },
      }
      const resource = { name: 'about', uri: 'text://about', content: { kind: 'text', text: 'Hi' } } as const
      const prompt = {
        name: 'greet',
        description: 'Greets',
        arguments: [{ name: 'who', required: true, values: ['Ada'] }],
        messages: [{ role: 'user', text: 'Hello {{who}}' }],
      } as const
      const credential = {
        name: 'PETS_KEY',
        hosts: ['pets.example'],
        placement: { type: 'bearer' },
        purpose: 'Reads pets',
      } as const
      const definition = await local(async (sql) => {
        await insertTools(sql, LOCAL_TENANT, server, [operation, tool('aaa_second')])
        await insertResource(sql, LOCAL_TENANT, server, resource)
        await insertPrompt(sql, LOCAL_TENANT, server, prompt)
        await upsertCredentials(sql, LOCAL_TENANT, server.id, [credential])
        return loadDefinition(sql, LOCAL_TENANT, server)
      })
      expect(definition).toEqual({
        id: server.id,
        tenantId: LOCAL_TENANT,
        name: 'whole',
        description: 'About whole',
        revision: 1,
        exposure: 'tools',
        tools: [operation, tool('aaa_second')],
        resources: [resource],
        prompts: [prompt],
        credentials: [credential],
        connections: [],
        shared: {},
        tests: [],
      })
      const [first] = definition.tools
      expect(JSON.stringify(first?.inputSchema)).toBe(JSON.stringify(operation.inputSchema))
    })

    it('keeps the tests of tools that are there, each name once, up to the limit, and for the tenant alone', async () => {
      const server = await addServer('tested')
      const put = (saved: SavedTest) => local((sql) => putSavedTest(sql, LOCAL_TENANT, server.id, saved, 2))
      const tests = async () => (await local((sql) => loadDefinition(sql, LOCAL_TENANT, server))).tests
      expect(await put(savedTest('z'))).toBe(true)
      expect(await tests()).toEqual([])
      await local((sql) => insertTools(sql, LOCAL_TENANT, server, [tool('one')]))
      expect(await put(savedTest('a'))).toBe(true)
      expect(await put(savedTest('too_many'))).toBe(false)
      expect(await put(savedTest('z', { again: true }))).toBe(true)
      expect(await tests()).toEqual([savedTest('a'), savedTest('z', { again: true })])
      expect(await other((sql) => listSavedTests(sql, OTHER_TENANT, server.id))).toEqual([])
      expect(await other((sql) => removeSavedTest(sql, OTHER_TENANT, server.id, 'a'))).toBe(false)
      expect(await local((sql) => removeSavedTest(sql, LOCAL_TENANT, server.id, 'a'))).toBe(true)
    })

    it('keeps shared code and drafts of tools by their names, and for the tenant alone', async () => {
      const server = await addServer('coded')
      const change = (changes: SharedCodeChanges) =>
        local((sql) => changeSharedCode(sql, LOCAL_TENANT, server.id, changes))
      await change({ 'b.ts': 'one', 'a.ts': 'two' })
      await change({ 'b.ts': 'three', 'a.ts': null, 'c.ts': 'four' })
      const listed = await local((sql) => listSharedCode(sql, LOCAL_TENANT, server.id))
      expect(Object.entries(listed)).toEqual([
        ['b.ts', 'three'],
        ['c.ts', 'four'],
      ])
      expect(await other((sql) => listSharedCode(sql, OTHER_TENANT, server.id))).toEqual({})
      await local((sql) => putToolDraft(sql, LOCAL_TENANT, server.id, 'tool', { code: 'a' }))
      await local((sql) => putToolDraft(sql, LOCAL_TENANT, server.id, 'tool', { code: 'b' }))
      expect(await local((sql) => findToolDraft(sql, LOCAL_TENANT, server.id, 'tool'))).toEqual({ code: 'b' })
      expect(await other((sql) => findToolDraft(sql, OTHER_TENANT, server.id, 'tool'))).toBeUndefined()
      await local((sql) => removeToolDraft(sql, LOCAL_TENANT, server.id, 'tool'))
      expect(await local((sql) => findToolDraft(sql, LOCAL_TENANT, server.id, 'tool'))).toBeUndefined()
    })

    it('keeps what was changed by hand in files as part of the definition, by path, and for the tenant alone', async () => {
      const server = await addServer('changed-by-hand')
      const overlays = async () => (await local((sql) => loadDefinition(sql, LOCAL_TENANT, server))).overlays
      expect(await overlays()).toBeUndefined()
      const edited = { path: 'src/tools/b.ts', text: 'export {}', base: 'one' }
      const deleted = { path: 'README.md', text: null, base: 'two' }
      for (const overlay of [{ ...edited, base: 'old' }, deleted, edited])
        await local((sql) => putFileOverlay(sql, LOCAL_TENANT, server.id, overlay))
      expect(await overlays()).toEqual([deleted, edited])
      expect(await other((sql) => listFileOverlays(sql, OTHER_TENANT, server.id))).toEqual([])
      await other((sql) => removeFileOverlay(sql, OTHER_TENANT, server.id, edited.path))
      await local((sql) => removeFileOverlay(sql, LOCAL_TENANT, server.id, deleted.path))
      expect(await overlays()).toEqual([edited])
    })

    it('replaces a value of a server only in the place of the one that was read, and gives values by pages', async () => {
      const server = await addServer('valued')
      const replace = (expected: unknown, value: unknown) =>
        local((sql) => replaceValue(sql, LOCAL_TENANT, server.id, 'task/1', { expected, value }))
      expect(await replace({ n: 0 }, { n: 1 })).toBe(false)
      const racing = await Promise.all([1, 2, 3, 4].map((n) => replace(null, { n, text: 'é\u0000' })))
      expect(racing.filter(Boolean)).toHaveLength(1)
      const read = await local((sql) => getValue(sql, LOCAL_TENANT, server.id, 'task/1'))
      const raced = await Promise.all([5, 6, 7, 8].map((n) => replace(read, { n })))
      expect(raced.filter(Boolean)).toHaveLength(1)
      expect(await replace(read, { n: 9 })).toBe(false)
      for (const key of ['task/3', 'task/2', 'other'])
        await local((sql) => setValue(sql, LOCAL_TENANT, server.id, key, null))
      expect(
        await local((sql) =>
          replaceValue(sql, LOCAL_TENANT, server.id, 'task/2', { expected: undefined, value: 'was null' }),
        ),
      ).toBe(true)
      const page = { prefix: 'task/', after: 'task/1', limit: 1 }
      expect(await local((sql) => listValues(sql, LOCAL_TENANT, server.id, page))).toEqual([
        { key: 'task/2', value: 'was null' },
      ])
      expect(await other((sql) => listValues(sql, OTHER_TENANT, server.id, { ...page, after: '' }))).toEqual([])
      expect(
        await other((sql) => replaceValue(sql, OTHER_TENANT, server.id, 'task/1', { expected: { n: 5 }, value: 0 })),
      ).toBe(false)
    })

    it('takes more than a thousand tools at once', async () => {
      const server = await addServer('many')
      const tools = Array.from({ length: 1_223 }, (_, index) => tool(`tool_${index}`))
      await local((sql) => insertTools(sql, LOCAL_TENANT, server, tools))
      expect(await local((sql) => countTools(sql, LOCAL_TENANT, server.id))).toBe(1_223)
      expect(await local((sql) => toolNames(sql, LOCAL_TENANT, server.id))).toEqual(tools.map((each) => each.name))
      expect((await local((sql) => countToolsByServer(sql, LOCAL_TENANT))).get(server.id)).toBe(1_223)
    })

    it('names every tool whose name is taken, and inserts none of them', async () => {
      const server = await addServer('taken')
      await local((sql) => insertTools(sql, LOCAL_TENANT, server, [tool('one'), tool('two')]))
      const again = local((sql) =>
        insertTools(sql, LOCAL_TENANT, server, [tool('one'), tool('fresh'), tool('fresh'), tool('two')]),
      )
      await expect(again).rejects.toMatchObject({
        code: 'TOOL_NAME_TAKEN',
        message: 'Server "taken" already has tools named "one", "fresh", "two".',
      })
      expect(await local((sql) => toolNames(sql, LOCAL_TENANT, server.id))).toEqual(['one', 'two'])
    })

    it('replaces and removes a tool in its place', async () => {
      const server = await addServer('edited')
      await local((sql) => insertTools(sql, LOCAL_TENANT, server, [tool('one'), tool('two'), tool('three')]))
      const renamed = { ...tool('uno'), effect: 'delete' as const }
      expect(await local((sql) => replaceTool(sql, LOCAL_TENANT, server, 'one', renamed))).toBe(true)
      expect(await local((sql) => replaceTool(sql, LOCAL_TENANT, server, 'absent', tool('absent')))).toBe(false)
      await expect(local((sql) => replaceTool(sql, LOCAL_TENANT, server, 'uno', tool('two')))).rejects.toMatchObject({
        code: 'TOOL_NAME_TAKEN',
      })
      expect(await local((sql) => removeTool(sql, LOCAL_TENANT, server.id, 'two'))).toBe(true)
      expect(await local((sql) => removeTool(sql, LOCAL_TENANT, server.id, 'two'))).toBe(false)
      expect(await local((sql) => findTool(sql, LOCAL_TENANT, server.id, 'uno'))).toEqual(renamed)
      expect(await local((sql) => toolNames(sql, LOCAL_TENANT, server.id))).toEqual(['uno', 'three'])
    })

    it('refuses resources and prompts whose names are taken, and replaces and removes them', async () => {
      const server = await addServer('texts')
      const resource = { name: 'note', uri: 'note://1', content: { kind: 'text', text: 'a' } } as const
      const prompt = { name: 'ask', description: '', arguments: [], messages: [] } as const
      await local((sql) => insertResource(sql, LOCAL_TENANT, server, resource))
      await local((sql) => insertPrompt(sql, LOCAL_TENANT, server, prompt))
      for (const clash of [resource, { ...resource, name: 'other-name' }, { ...resource, uri: 'note://2' }]) {
        await expect(local((sql) => insertResource(sql, LOCAL_TENANT, server, clash))).rejects.toMatchObject({
          code: 'RESOURCE_NAME_TAKEN',
        })
      }
      await expect(local((sql) => insertPrompt(sql, LOCAL_TENANT, server, prompt))).rejects.toMatchObject({
        code: 'PROMPT_NAME_TAKEN',
      })
      const changed = { ...resource, mimeType: 'text/plain', description: 'A note' }
      expect(await local((sql) => replaceResource(sql, LOCAL_TENANT, server, 'note', changed))).toBe(true)
      expect(await local((sql) => replacePrompt(sql, LOCAL_TENANT, server, 'ask', { ...prompt, name: 'tell' }))).toBe(
        true,
      )
      const coded = {
        ...prompt,
        name: 'coded',
        messages: { kind: 'code', source: 'return "x"', hosts: ['a.example'] },
      } as const
      await local((sql) => insertPrompt(sql, LOCAL_TENANT, server, coded))
      const definition = await local((sql) => loadDefinition(sql, LOCAL_TENANT, server))
      expect(definition).toMatchObject({ resources: [changed], prompts: [{ name: 'tell', messages: [] }, coded] })
      expect(await local((sql) => removeResource(sql, LOCAL_TENANT, server.id, 'note'))).toBe(true)
      expect(await local((sql) => removePrompt(sql, LOCAL_TENANT, server.id, 'ask'))).toBe(false)
    })

    it('stores the text of a description once per tenant', async () => {
      const server = await addServer('sourced')
      const text = 'openapi: 3.1.0\n'.repeat(10_000)
      const add = (origin: string) =>
        local((sql) =>
          insertSource(sql, LOCAL_TENANT, {
            serverId: server.id,
            kind: 'openapi',
            origin,
            title: 'T',
            text,
            skipped: [{ pointer: '/paths/~1x', reason: 'odd' }],
          }),
        )
      const first = await add('inline')
      const second = await add('https://example.com/openapi.yaml')
      expect(second.digest).toBe(first.digest)
      expect(await local((sql) => loadSourceText(sql, LOCAL_TENANT, first.digest))).toBe(text)
      expect(await local((sql) => listSources(sql, LOCAL_TENANT, server.id))).toEqual([first, second])
      expect(await other((sql) => loadSourceText(sql, OTHER_TENANT, first.digest))).toBeUndefined()
      const [stored] = await local((sql) => sql.query<{ count: number }>('SELECT count(*) FROM source_texts'))
      expect(stored?.count).toBe(1)
    })

    it('keeps descriptions in the order they came in, however fast', async () => {
      const server = await addServer('many-sources')
      const origins = Array.from({ length: 30 }, (_, number) => `inline ${number}`)
      for (const origin of origins) {
        await local((sql) => {
          const source = { serverId: server.id, origin, title: 'T', text: 'openapi: 3.1.0', skipped: [] }
          return insertSource(sql, LOCAL_TENANT, { ...source, kind: 'openapi' })
        })
      }
      const listed = await local((sql) => listSources(sql, LOCAL_TENANT, server.id))
      expect(listed.map(({ origin }) => origin)).toEqual(origins)
    })

    it('numbers builds 1, 2, 3 and gives the same version for the same digest', async () => {
      const server = await addServer('built')
      const contents = {
        hosts: ['a.example'],
        credentials: [],
        tools: { one: 'd1' },
        resources: {},
        prompts: {},
        effects: { one: 'read' },
      } as const
      const add = (files: Record<string, string>, revision: number) =>
        local((sql) =>
          insertBuild(sql, LOCAL_TENANT, {
            serverId: server.id,
            digest: digestOfFiles(files),
            revision,
            checks: [{ name: 'types', ok: true, ms: 12 }],
            library: 'of 2026',
            files,
            artefacts: { 'dist/tools.js': 'export {}' },
            contents,
          }),
        )
      const [one, two] = await Promise.all([add({ 'a.ts': 'ä' }, 1), add({ 'a.ts': 'b', 'src/c.ts': '' }, 2)])
      const again = await add({ 'a.ts': 'ä' }, 3)
      expect(new Set([one?.version, two?.version])).toEqual(new Set([1, 2]))
      expect(again).toEqual(one)
      expect(await local((sql) => loadBuild(sql, LOCAL_TENANT, server.id, one?.version ?? 0))).toEqual({
        ...one,
        files: { 'a.ts': 'ä' },
        artefacts: { 'dist/tools.js': 'export {}' },
      })
      expect(await local((sql) => findBuildContents(sql, LOCAL_TENANT, one.id))).toEqual(contents)
      const effect = (tool_: string) => local((sql) => findToolEffect(sql, LOCAL_TENANT, one.id, tool_))
      expect([await effect('one'), await effect('two')]).toEqual(['read', null])
      expect(await other((sql) => findBuildContents(sql, OTHER_TENANT, one.id))).toBeUndefined()
      const builds = await local((sql) => listBuilds(sql, LOCAL_TENANT, server.id, 10))
      expect(builds.map((build) => build.version)).toEqual([2, 1])
      expect(await local((sql) => findBuild(sql, LOCAL_TENANT, server.id, 'latest'))).toEqual(builds[0])
      expect(await local((sql) => loadBuild(sql, LOCAL_TENANT, server.id, 9))).toBeUndefined()
      expect(await other((sql) => loadBuild(sql, OTHER_TENANT, server.id, 'latest'))).toBeUndefined()
    })

    it('keeps the newest builds and those that are deployed, and tells which run on an older library', async () => {
      const server = await addServer('grown')
      const contents = { hosts: [], credentials: [], tools: {}, resources: {}, prompts: {}, effects: {} }
      const add = (revision: number, library: string | null) =>
        local((sql) =>
          insertBuild(sql, LOCAL_TENANT, {
            serverId: server.id,
            digest: `grown ${revision}`,
            revision,
            checks: [],
            files: { 'a.ts': '' },
            artefacts: {},
            contents,
            library,
          }),
        )
      const [live] = [await add(1, null), await add(2, 'old'), await add(3, 'new'), await add(4, 'new')]
      const deployment = await local((sql) => upsertDeployment(sql, LOCAL_TENANT, server, 'local'))
      const run = (buildId: typeof live.id) =>
        local((sql) => updateDeployment(sql, LOCAL_TENANT, deployment.id, { buildId, status: 'running' }))
      const outdated = async () => (await local((sql) => listOutdated(sql, LOCAL_TENANT, 'new'))).get(server.id)
      await run(live.id)
      await local((sql) => pruneBuilds(sql, LOCAL_TENANT, server.id, 2))
      const versions = await local((sql) => listBuilds(sql, LOCAL_TENANT, server.id, 10))
      expect(versions.map(({ version, library }) => [version, library])).toEqual([
        [4, 'new'],
        [3, 'new'],
        [1, null],
      ])
      expect(await outdated()).toEqual({ targets: ['local'], isChanged: server.revision !== 1 })
      const far = await local((sql) => upsertDeployment(sql, LOCAL_TENANT, server, 'cloudflare'))
      const runFar = { buildId: live.id, status: 'running' } as const
      await local((sql) => updateDeployment(sql, LOCAL_TENANT, far.id, runFar))
      expect(await outdated()).toMatchObject({ targets: ['local', 'cloudflare'] })
      await run(versions[0]?.id ?? live.id)
      expect(await outdated()).toMatchObject({ targets: ['cloudflare'] })
      await local((sql) => updateDeployment(sql, LOCAL_TENANT, far.id, { status: 'deleted' }))
      expect(await outdated()).toBeUndefined()
      expect((await other((sql) => listOutdated(sql, OTHER_TENANT, 'new'))).size).toBe(0)
    })

    it('has one deployment per server and target, with a slug that is unique over all tenants', async () => {
      const mine = await addServer('slugged')
      const theirs = await addServer('slugged', OTHER_TENANT)
      const deployment = await local((sql) => upsertDeployment(sql, LOCAL_TENANT, mine, 'local'))
      const foreign = await other((sql) => upsertDeployment(sql, OTHER_TENANT, theirs, 'local'))
      expect(deployment).toMatchObject({ slug: 'slugged', status: 'pending', requestCount: 0 })
      expect(foreign.slug).toMatch(/^slugged-[0-9a-f]{6}$/)
      const elsewhere = await local((sql) => upsertDeployment(sql, LOCAL_TENANT, mine, 'cloudflare'))
      expect(elsewhere.slug).toBe('slugged')
      expect(await local((sql) => upsertDeployment(sql, LOCAL_TENANT, mine, 'local'))).toEqual(deployment)
      expect(await db.asSystem((sql) => findDeploymentBySlug(sql, foreign.slug))).toEqual(foreign)
      expect(await db.asSystem((sql) => findDeploymentBySlug(sql, 'slugged'))).toEqual(deployment)
      expect(await local((sql) => findDeploymentBySlug(sql, foreign.slug))).toBeUndefined()
      expect(await local((sql) => listDeployments(sql, LOCAL_TENANT, mine.id))).toEqual([deployment, elsewhere])
      await local((sql) => updateDeployment(sql, LOCAL_TENANT, elsewhere.id, { status: 'deleted' }))
    })

    it('tells what was deployed elsewhere, until it is taken away there, and to its tenant alone', async () => {
      const server = await addServer('faraway')
      const { id } = await local((sql) => upsertDeployment(sql, LOCAL_TENANT, server, 'cloudflare'))
      await local((sql) => upsertDeployment(sql, LOCAL_TENANT, server, 'local'))
      const elsewhere = () => local((sql) => listDeploymentsElsewhere(sql, LOCAL_TENANT))
      expect(await elsewhere()).toEqual([{ server: 'faraway', target: 'cloudflare', status: 'pending', url: null }])
      expect(await other((sql) => listDeploymentsElsewhere(sql, OTHER_TENANT))).toEqual([])
      await local((sql) => updateDeployment(sql, LOCAL_TENANT, id, { status: 'deleted' }))
      expect(await elsewhere()).toEqual([])
    })

    it('writes what changed in a deployment and nothing else', async () => {
      const server = await addServer('changed')
      const { id } = await local((sql) => upsertDeployment(sql, LOCAL_TENANT, server, 'local'))
      const startedAt = new Date('2026-01-02T03:04:05Z')
      await local((sql) =>
        updateDeployment(sql, LOCAL_TENANT, id, { status: 'running', port: 42_001, daemonId: DAEMON, startedAt }),
      )
      await local((sql) => updateDeployment(sql, LOCAL_TENANT, id, { statusMessage: 'fine', port: null }))
      await other((sql) => updateDeployment(sql, OTHER_TENANT, id, { status: 'failed' }))
      const deployment = await local((sql) => findDeployment(sql, LOCAL_TENANT, server.id, 'local'))
      expect(deployment).toMatchObject({ status: 'running', port: null, statusMessage: 'fine', startedAt })
      expect(await db.asSystem((sql) => listActiveDeployments(sql, DAEMON))).toEqual([deployment])
      await local((sql) => updateDeployment(sql, LOCAL_TENANT, id, { status: 'stopped' }))
      expect(await db.asSystem((sql) => listActiveDeployments(sql, DAEMON))).toEqual([])
    })

    it('keeps what each version was last deployed with, at each target, until the version is gone', async () => {
      const server = await addServer('settled')
      const build = await local((sql) =>
        insertBuild(sql, LOCAL_TENANT, {
          serverId: server.id,
          digest: 'settled',
          revision: 1,
          checks: [],
          files: { 'a.ts': '' },
          artefacts: {},
          contents: { hosts: [], credentials: [], tools: {}, resources: {}, prompts: {}, effects: {} },
          library: null,
        }),
      )
      const put = (settings: Deployment['settings']) =>
        local((sql) => putVersionSettings(sql, LOCAL_TENANT, build.id, 'cloudflare', settings))
      const found = (target: TargetName) => local((sql) => findVersionSettings(sql, LOCAL_TENANT, build.id, target))
      await put({ key: 1 })
      await put({ key: 2, login: { allow: ['*'] } })
      expect(await found('cloudflare')).toEqual({ key: 2, login: { allow: ['*'] } })
      expect(await found('local')).toBeUndefined()
      expect(await other((sql) => findVersionSettings(sql, OTHER_TENANT, build.id, 'cloudflare'))).toBeUndefined()
      await local((sql) => deleteServerRow(sql, LOCAL_TENANT, server.id))
      expect(await found('cloudflare')).toBeUndefined()
    })

    it('notes what was seen of a deployment that is up, and only of the one that was looked for', async () => {
      const server = await addServer('seen')
      const { id } = await local((sql) => upsertDeployment(sql, LOCAL_TENANT, server, 'cloudflare'))
      const startedAt = new Date('2026-01-02T03:04:05.678Z')
      await local((sql) => updateDeployment(sql, LOCAL_TENANT, id, { status: 'running', startedAt }))
      const seen = { at: '2026-01-02T03:05:00.000Z', state: 'running' } as const
      const looked = { tenantId: LOCAL_TENANT, id, startedAt }
      const found = () => local((sql) => findDeployment(sql, LOCAL_TENANT, server.id, 'cloudflare'))
      expect(await local((sql) => noteSighting(sql, looked, seen, null))).toBe(true)
      expect(await found()).toMatchObject({ status: 'running', seen, statusMessage: null })
      const gone = { ...seen, state: 'missing' } as const
      const before = { ...looked, startedAt: null }
      expect(await local((sql) => noteSighting(sql, before, gone, 'It is gone.'))).toBe(false)
      expect(await other((sql) => noteSighting(sql, { ...looked, tenantId: OTHER_TENANT }, gone, 'Gone.'))).toBe(false)
      expect(await local((sql) => noteSighting(sql, looked, gone, 'It is gone.'))).toBe(true)
      expect(await found()).toMatchObject({ status: 'failed', seen: gone, statusMessage: 'It is gone.' })
    })

    it('gives a deployment to one daemon until its lease ends', async () => {
      const server = await addServer('leased')
      const { id } = await local((sql) => upsertDeployment(sql, LOCAL_TENANT, server, 'local'))
      const take = (daemon: DaemonId, leaseMs: number) => db.asSystem((sql) => takeLease(sql, daemon, id, leaseMs))
      expect(await take(DAEMON, 60_000)).toBe(true)
      expect(await take(OTHER_DAEMON, 60_000)).toBe(false)
      expect(await take(DAEMON, -1)).toBe(true)
      expect(await take(OTHER_DAEMON, 60_000)).toBe(true)
      expect(await db.asSystem((sql) => renewLeases(sql, OTHER_DAEMON, 60_000))).toEqual([id])
      expect(await db.asSystem((sql) => renewLeases(sql, DAEMON, 60_000))).toEqual([])
    })

    it('adds up requests', async () => {
      const server = await addServer('counted')
      const { id } = await local((sql) => upsertDeployment(sql, LOCAL_TENANT, server, 'local'))
      const late = new Date('2026-03-03T03:03:03Z')
      const early = new Date('2026-02-02T02:02:02Z')
      for (const lastRequestAt of [late, early]) {
        await db.asSystem((sql) => countRequests(sql, [{ deploymentId: id, requests: 21, lastRequestAt }]))
      }
      const deployment = await local((sql) => findDeployment(sql, LOCAL_TENANT, server.id, 'local'))
      expect(deployment).toMatchObject({ requestCount: 42, lastRequestAt: late })
    })

    it('finds what nobody has changed, deployed or asked for a while, and archives whose time is over', async () => {
      const server = await addServer('forgotten')
      const { id } = await local((sql) => upsertDeployment(sql, LOCAL_TENANT, server, 'local'))
      const unused = async (before: Date) =>
        (await local((sql) => findUnusedServers(sql, LOCAL_TENANT, before))).map((each) => each.name)
      const inAnHour = new Date(Date.now() + 3_600_000)
      expect(await unused(new Date(Date.now() - 3_600_000))).toEqual([])
      expect(await unused(inAnHour)).toContain('forgotten')
      const lastRequestAt = new Date(Date.now() + 2 * 3_600_000)
      await db.asSystem((sql) => countRequests(sql, [{ deploymentId: id, requests: 1, lastRequestAt }]))
      expect(await unused(inAnHour)).not.toContain('forgotten')
      const ofOther = await other((sql) => findUnusedServers(sql, OTHER_TENANT, inAnHour))
      expect(ofOther.map(({ id: each }) => each)).not.toContain(server.id)
      await local((sql) => archiveServer(sql, LOCAL_TENANT, server.id))
      const expired = (before: Date) => db.asSystem((sql) => findExpiredArchives(sql, before))
      expect(await expired(inAnHour)).toContainEqual({ tenantId: LOCAL_TENANT, serverId: server.id })
      expect(await expired(new Date(Date.now() - 3_600_000))).toEqual([])
    })

    it('hands out a call that was put off once, to the daemon whose server is up, when it is due', async () => {
      const server = await addServer('later')
      const { id } = await local((sql) => upsertDeployment(sql, LOCAL_TENANT, server, 'local'))
      const put = (tool_: string, dueAt: Date, most = 3) => {
        const call = { tenantId: LOCAL_TENANT, serverId: server.id, tool: tool_, input: { n: 1 }, dueAt }
        return local((sql) => insertScheduledCall(sql, call, most))
      }
      const take = (daemon: DaemonId, hours: number) => db.asSystem((sql) => takeDueCalls(sql, daemon, at(hours)))
      expect([await put('second', at(5)), await put('first', at(4)), await put('third', at(9))]).not.toContain(false)
      expect(await put('too_many', at(4))).toBe(false)
      expect(await take(DAEMON, 6)).toEqual([])
      await local((sql) => updateDeployment(sql, LOCAL_TENANT, id, { status: 'running', daemonId: DAEMON }))
      expect(await db.asSystem((sql) => nextDueAt(sql, DAEMON))).toEqual(at(4))
      expect(await take(OTHER_DAEMON, 6)).toEqual([])
      expect(await take(DAEMON, 6)).toMatchObject([
        { tool: 'first', input: { n: 1 }, serverId: server.id, deploymentId: id },
        { tool: 'second' },
      ])
      expect(await take(DAEMON, 6)).toEqual([])
      expect(await db.asSystem((sql) => nextDueAt(sql, DAEMON))).toEqual(at(9))
      // More than a day late, it is given up.
      expect(await take(DAEMON, 9 + 25)).toEqual([])
      // Of what recurs, the call that looks for what is due is never too late.
      await put('run_due_schedules', at(9))
      expect(await take(DAEMON, 9 + 40 * 24)).toMatchObject([{ tool: 'run_due_schedules' }])
    })

    it('keeps audit events that a tenant can add and read, but not change', async () => {
      await local((sql) =>
        appendAuditEvent(sql, LOCAL_TENANT, { subject: 'owner', action: 'deploy', details: { server: 'x' } }),
      )
      const [event] = await local((sql) => listAuditEvents(sql, LOCAL_TENANT, 10))
      expect(event).toMatchObject({
        subject: 'owner',
        action: 'deploy',
        details: { server: 'x' },
        at: expect.any(Date),
      })
      expect(await other((sql) => listAuditEvents(sql, OTHER_TENANT, 10))).toEqual([])
      await expect(local((sql) => sql.query('DELETE FROM audit_events'))).rejects.toMatchObject({ code: '42501' })
    })

    it('chains audit events, so that a changed, removed or cut-off one is found', async () => {
      const append = (action: string) =>
        other((sql) => appendAuditEvent(sql, OTHER_TENANT, { subject: 'owner', action, details: { server: 'ä' } }))
      const check = () => other((sql) => checkAuditChain(sql, OTHER_TENANT))
      expect(await check()).toEqual({ events: 0 })
      await Promise.all(Array.from({ length: 10 }, (_, number) => append(`step-${number}`)))
      expect(await check()).toEqual({ events: 10 })
      const [newest, , third] = await other((sql) => listAuditEvents(sql, OTHER_TENANT, 10))
      const change = (text: string, id = third?.id) => db.asSystem((sql) => sql.query(text, [id ?? 0]))
      const restore = async (damage: string, id?: number) => {
        await db.asSystem((sql) => sql.query('CREATE TABLE kept AS SELECT * FROM audit_events'))
        await change(damage, id)
        const found = await check()
        await db.asSystem(async (sql) => {
          await sql.query('DELETE FROM audit_events')
          await sql.query('INSERT INTO audit_events OVERRIDING SYSTEM VALUE SELECT * FROM kept')
          await sql.query('DROP TABLE kept')
        })
        return found
      }
      expect(await restore(`UPDATE audit_events SET action = 'other' WHERE id = $1`)).toMatchObject({
        brokenAt: third?.id,
      })
      expect(await restore(`UPDATE audit_events SET details = '{}' WHERE id = $1`)).toMatchObject({
        brokenAt: third?.id,
      })
      expect(await restore('DELETE FROM audit_events WHERE id = $1')).toMatchObject({ events: 7 })
      expect(await restore('UPDATE audit_events SET hash = NULL WHERE id = $1')).toMatchObject({ brokenAt: third?.id })
      expect(await restore('DELETE FROM audit_events WHERE id = $1', newest?.id)).toEqual({
        events: 9,
        brokenAt: 'end',
      })
      expect(await check()).toEqual({ events: 10 })
    })

    it('shows another tenant nothing of a server, whatever it asks by', async () => {
      const server = await addServer('hidden')
      await local((sql) => insertTools(sql, LOCAL_TENANT, server, [tool('secret_tool')]))
      const seen = await other(async (sql) => [
        await findServerByName(sql, OTHER_TENANT, 'hidden'),
        await findServerById(sql, OTHER_TENANT, server.id),
        // The wrong tenant in the arguments does not help: row-level security stands behind the WHERE clause.
        await findServerByName(sql, LOCAL_TENANT, 'hidden'),
        await findTool(sql, LOCAL_TENANT, server.id, 'secret_tool'),
      ])
      expect(seen).toEqual([undefined, undefined, undefined, undefined])
    })
  })
}
