import { describe, expect, it } from 'vitest'
import {
  bindingNames,
  composeConfig,
  cronsOf,
  neededStorage,
  hasObjects,
  withoutObjects,
} from '../../../../runtime/targets/cloudflare/compose-config.ts'
import { readSettings } from '../../../../runtime/targets/cloudflare/read-settings.ts'
import type { ProjectFiles } from '../../../../src/model/project-files.ts'
import { workerName } from '../../../../runtime/targets/cloudflare/worker-name.ts'

const files = {
  'wrangler.jsonc': JSON.stringify({
    name: 'books',
    main: 'src/entries/worker.ts',
    compatibility_date: '2026-11-01',
    compatibility_flags: ['nodejs_compat'],
    observability: { enabled: true },
    triggers: { crons: ['*/5 * * * *'] },
    d1_databases: [{ binding: 'MCP_STORE', database_name: 'books' }],
    kv_namespaces: [{ binding: 'MCP_CACHE' }],
  }),
}
const stored = { databaseId: 'd1-id', namespaceId: 'kv-id' }

describe("a Worker's configuration", () => {
  it('is the one of the project, with the ids, variables and Durable Objects of the deployment', async () => {
    const settings = readSettings({
      protection: 'oauth',
      issuer: 'https://issuer.example/',
      scopes: { '*': ['mcp'] },
      origins: ['https://a.example', 'https://b.example'],
      sessions: true,
      requests_per_minute: 60,
    })
    const config = composeConfig({ files, settings, worker: 'books-1', storage: stored })
    await expect(JSON.stringify(config, undefined, 2)).toMatchFileSnapshot('__snapshots__/oauth-with-sessions.json')
    expect(bindingNames(config)).toEqual([
      'CF_VERSION_METADATA',
      'MCP_CACHE',
      'MCP_ISSUER',
      'MCP_ORIGINS',
      'MCP_PROTECTION',
      'MCP_RATE_LIMIT',
      'MCP_SCOPES',
      'MCP_SESSIONS',
      'MCP_STORE',
    ])
  })

  it('binds a namespace for logins, and says who may', () => {
    const login = { github: true, client_id: 'desk', allow: ['github:ann'] }
    const settings = readSettings({ protection: 'login', login })
    const config = composeConfig({ files, settings, worker: 'books-1', storage: stored })
    expect(config).toMatchObject({
      kv_namespaces: [
        { binding: 'OAUTH_KV', id: 'kv-id' },
        { binding: 'MCP_CACHE', id: 'kv-id' },
      ],
      vars: { MCP_PROTECTION: 'login', MCP_LOGIN: JSON.stringify(login) },
    })
  })

  it('has what every Worker needs for a project without one', async () => {
    const settings = readSettings({ domain: 'mcp.example.com' })
    const config = composeConfig({ files: {}, settings, worker: 'books-1', storage: {} })
    await expect(JSON.stringify(config, undefined, 2)).toMatchFileSnapshot('__snapshots__/bare.json')
  })

  it('has the limits of each call that were set, before those of the project', () => {
    const own = { 'wrangler.jsonc': JSON.stringify({ limits: { cpu_ms: 100, subrequests: 9 } }) }
    expect(limitsOf(files, { cpu_ms: 50, subrequests: 20 })).toEqual({ cpu_ms: 50, subrequests: 20 })
    expect(limitsOf(own, { cpu_ms: 50 })).toEqual({ cpu_ms: 50, subrequests: 9 })
    expect(limitsOf(own, {})).toEqual({ cpu_ms: 100, subrequests: 9 })
    expect(limitsOf(files, {})).toEqual({})
  })

  it('binds the objects of tasks that the project names, and those of sessions, to one class with one migration', () => {
    const tasks = { bindings: [{ name: 'MCP_TASKS', class_name: 'McpObject' }] }
    const migrations = [{ tag: 'objects', new_sqlite_classes: ['McpObject'] }]
    const project = { 'wrangler.jsonc': JSON.stringify({ durable_objects: tasks, migrations }) }
    const compose = (sessions: boolean) =>
      composeConfig({ files: project, settings: readSettings({ sessions }), worker: 'w', storage: {} })
    expect(compose(false)).toMatchObject({ durable_objects: tasks, migrations })
    expect(compose(true)).toMatchObject({
      durable_objects: { bindings: [...tasks.bindings, { name: 'MCP_SESSIONS', class_name: 'McpObject' }] },
      migrations,
    })
    expect([compose(false), compose(true), withoutObjects(compose(true))].map(hasObjects)).toEqual([true, true, false])
  })

  it('can be tried without its Durable Objects', () => {
    const config = composeConfig({ files, settings: readSettings({ sessions: true }), worker: 'w', storage: stored })
    expect(withoutObjects(config)).toEqual(
      composeConfig({ files, settings: readSettings({}), worker: 'w', storage: stored }),
    )
  })

  it('says what is to be made before, and when it is run', () => {
    expect(neededStorage(files, { protection: 'api-key' })).toEqual({ database: true, namespace: true })
    expect(neededStorage({}, { protection: 'oauth' })).toEqual({ database: false, namespace: false })
    expect(neededStorage({}, { protection: 'login' })).toEqual({ database: false, namespace: true })
    expect(cronsOf(files)).toEqual(['*/5 * * * *'])
  })
})

function limitsOf(project: ProjectFiles, limits: object): unknown {
  return composeConfig({ files: project, settings: readSettings({ limits }), worker: 'w', storage: {} })['limits']
}

it('names a Worker by the rules of host names', () => {
  expect(workerName('tiny-1a2b')).toBe('tiny-1a2b')
  expect(workerName('-Tiny_Server-')).toBe('tiny-server')
  expect(workerName(`${'a'.repeat(62)}-b`)).toBe('a'.repeat(62))
  expect(workerName('---')).toBe('mcp-server')
  expect(workerName('3d-shop')).toBe('mcp-3d-shop')
})
