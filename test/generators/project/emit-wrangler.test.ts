import { readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { keptBy, wranglerSettings } from '../../../generators/project/emit-wrangler.ts'
import type { ServerDefinition } from '../../../src/model/server-definition.ts'
import { definitionOf } from '../../contracts/template-contract.ts'
import { sampleDefinition } from './sample-definition.ts'

const withCode = (source: string, shared: ServerDefinition['shared'] = {}): ServerDefinition => ({
  ...sampleDefinition,
  prompts: [],
  resources: [],
  tools: sampleDefinition.tools
    .filter(({ name }) => name === 'shout')
    .map((tool) => ({ ...tool, handler: { kind: 'code', hosts: [], source } })),
  shared,
})

describe('what a server keeps', () => {
  it.each([
    ['a body that uses it', `await store.set('a', 1)`, { store: true, schedule: false }],
    [
      'a module that takes it out of its context',
      `export default (i, { schedule: later }) => later('x', {}, 1)`,
      { store: false, schedule: true },
    ],
    ['the whole context', `return await context.store.list()`, { store: true, schedule: false }],
    ['a name for it', `export default (i, { store: kept }) => kept.get('x')`, { store: true, schedule: false }],
    ['members of its own', `return { store: 1, schedule: 'weekly' }`, { store: false, schedule: false }],
    ['no use of it', `return 'ok'`, { store: false, schedule: false }],
    [
      'its name in texts and comments alone',
      `// the store\nreturn 'a schedule of the store'`,
      { store: false, schedule: false },
    ],
  ])('is seen by its code: %s', (_, source, kept) => {
    expect(keptBy(withCode(source))).toEqual(kept)
  })

  it('is seen by the code that its tools share', () => {
    const shared = { 'notes.ts': `export const read = ({ store }) => store.get('notes')` }
    expect(keptBy(withCode('return 1', shared))).toEqual({ store: true, schedule: false })
  })
})

describe('wrangler.jsonc', () => {
  it('asks for a database and a cron trigger only where code needs them', () => {
    expect(wranglerSettings(withCode('return 1'))).not.toHaveProperty('d1_databases')
    expect(wranglerSettings(withCode(`await store.get('a')`))).toMatchObject({
      d1_databases: [{ binding: 'MCP_STORE' }],
    })
    expect(wranglerSettings(withCode(`await store.get('a')`))).not.toHaveProperty('triggers')
    expect(wranglerSettings(withCode(`await schedule('shout', {}, 5)`))).toMatchObject({
      triggers: { crons: ['* * * * *'] },
    })
  })

  it('has a namespace for access tokens where credentials get some', () => {
    const placement = { type: 'clientCredentials', tokenUrl: 'https://login.example/token', scopes: [] } as const
    const credentials = [{ name: 'CLIENT', hosts: ['login.example'], placement, purpose: 'Signs in.' }]
    expect(wranglerSettings(sampleDefinition)).not.toHaveProperty('kv_namespaces')
    expect(wranglerSettings({ ...sampleDefinition, credentials })).toMatchObject({
      kv_namespaces: [{ binding: 'MCP_CACHE' }],
    })
  })

  it('gives a database to every template whose code says that it keeps something', () => {
    const folder = path.resolve(import.meta.dirname, '../../../generators/templates')
    const names = readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? [entry.name] : [],
    )
    const keeping = names.filter((name) => 'd1_databases' in wranglerSettings(definitionOf(name, 'Serves.')))
    expect(keeping).toEqual(['agent-scheduler', 'agent-task-manager', 'routing', 'tool-calling'])
  })
})
