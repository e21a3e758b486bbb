import { expect, it } from 'vitest'
import { composeConfig } from '../../../../runtime/targets/cloudflare/compose-config.ts'
import { planDeployment } from '../../../../runtime/targets/cloudflare/plan-deployment.ts'
import { readSettings } from '../../../../runtime/targets/cloudflare/read-settings.ts'

const files = {
  'wrangler.jsonc': JSON.stringify({
    triggers: { crons: ['*/5 * * * *'] },
    d1_databases: [{ binding: 'MCP_STORE' }],
    kv_namespaces: [{ binding: 'MCP_CACHE' }],
  }),
}
const secrets = { names: ['API_TOKEN', 'MCP_KEY_HASHES'], missing: ['OTHER_TOKEN'] }
const modules = { 'worker.mjs': 'export default {}' }

it('plans a first deploy in words, with the names of all that it makes', () => {
  const settings = readSettings({ sessions: true, requests_per_minute: 30 })
  const config = composeConfig({ files, settings, worker: 'books', storage: {} })
  const url = 'https://books.desk.workers.dev/mcp'
  const account = '0123'
  expect(
    planDeployment({
      version: 3,
      files,
      modules,
      settings,
      config,
      worker: 'books',
      account,
      url,
      state: undefined,
      isKept: false,
      share: 100,
      remarks: [],
      secrets,
    }),
  ).toEqual({
    steps: [
      'Creates the Worker "books" from version 3 (account 0123).',
      'It answers at https://books.desk.workers.dev/mcp (protected by an API key).',
      'Creates the Durable Object class "McpObject" (sessions).',
      'Limits each caller to 30 requests a minute.',
      'Creates the D1 database "books-store" (MCP_STORE).',
      'Creates the KV namespace "books-cache" (MCP_CACHE).',
      'Sets the secrets API_TOKEN, MCP_KEY_HASHES.',
      'Without a value, so their tools will fail: OTHER_TOKEN.',
      'Runs on the cron trigger "*/5 * * * *" (UTC).',
      'Tries it closed to everybody else, then opens it; a failure takes the Worker away again.',
    ],
    limits: [
      expect.stringMatching(/^Code: 0\.0 kB gzip of 3 MiB \(paid plan: 10 MiB\)\.$/),
      'Variables and secrets: 8 of 64 (paid plan: 128).',
      'Cron triggers: 1 of 5 of the account (paid plan: 250).',
      expect.stringContaining('100000 requests a day'),
    ],
  })
})

it('plans a later deploy beside what runs', () => {
  const settings = readSettings({ traffic: 10, domain: 'mcp.example.com', limits: { cpu_ms: 50, subrequests: 20 } })
  const config = composeConfig({ files, settings, worker: 'books', storage: {} })
  const served = { id: 'v', key: 'k', version: 3 }
  const state = {
    accountId: 'a',
    worker: 'books',
    versions: [served],
    bindings: [],
    secrets: ['OLD_TOKEN'],
    databaseId: 'd',
  }
  const url = 'https://mcp.example.com/mcp'
  const { steps } = planDeployment({
    version: 4,
    files,
    modules,
    settings,
    config,
    worker: 'books',
    account: 'a',
    url,
    state,
    isKept: false,
    share: 10,
    remarks: [],
    secrets,
  })
  expect(steps).toContain('Adds version 4 to the Worker "books" (account a).')
  expect(steps).toContain('Connects the domain "mcp.example.com" to it, and switches its workers.dev address off.')
  expect(steps).toContain('Each call has 50 ms of CPU and 20 subrequests.')
  expect(steps).toContain('Empties the secrets OLD_TOKEN, which the server no longer has.')
  expect(steps).toContain('Keeps the D1 database "books-store" (MCP_STORE).')
  expect(steps).toContain(
    'Tries it beside what runs, then gives it 10 % of the requests; the version before keeps 90 %. A failure changes nothing.',
  )
})
