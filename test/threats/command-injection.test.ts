import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Client } from '@modelcontextprotocol/client'
import { installIn } from '../../src/pipeline/install/install-clients.ts'
import { call } from '../e2e/call.ts'
import { ADA, openTenants, type Tenants } from './tenants.ts'

/** What a shell, a program's own options or a line of a file would take for more than a word. */
const INJECTIONS = [
  '$(id)',
  '`id`',
  'a;id',
  'a|id',
  'a&&id',
  'a b',
  '--upload-pack=id',
  '-h',
  'a\nid',
  'a\r\nX-Injected: yes',
  "a'id'",
  'a"id"',
  '../../etc/passwd',
  '%PATH%',
  'a\0b',
] as const

let tenants: Tenants
let client: Client

beforeAll(async () => {
  tenants = await openTenants()
  client = await tenants.connect(ADA)
  await call(client, 'init_server', { name: 'desk', description: 'A desk.' })
})
afterAll(() => tenants[Symbol.asyncDispose]())

const schema = { type: 'object', properties: {} }
const common = { server: 'desk', description: 'Looks.', effect: 'read', input_schema: schema }

/** Every place of a meta tool whose text becomes a name, a version or an address of something. */
const places: Readonly<Record<string, (text: string) => readonly [tool: string, input: Record<string, unknown>]>> = {
  'the name of a server': (name) => ['init_server', { name, description: 'A desk.' }],
  'a template': (template) => ['init_server', { name: 'other', description: 'A desk.', template }],
  'the target of a deploy': (target) => ['deploy', { server: 'desk', target }],
  'the version of a deploy': (version) => ['deploy', { server: 'desk', version }],
  'the version of a rollback': (version) => ['rollback', { server: 'desk', version }],
  'the name of a tool': (name) => ['add_tool', { ...common, name, code: 'return 1' }],
  'the method of a tool': (method) => [
    'add_tool',
    { ...common, name: 'look_up', http: { method, url: 'https://desk.example/' } },
  ],
  'the secret of a tool': (secret) => [
    'add_tool',
    { ...common, name: 'look_up', http: { method: 'GET', url: 'https://desk.example/', secret } },
  ],
  'a secret that is asked for': (name) => ['request_secrets', { server: 'desk', secrets: [{ name }] }],
  'the address of a connected server': (url) => ['connect_external', { server: 'desk', url, name: 'notes' }],
  'the name of a connection': (name) => [
    'connect_external',
    { server: 'desk', url: 'https://notes.invalid/mcp', name },
  ],
  'the client of an installation': (target) => ['get_install', { server: 'desk', client: target }],
  'the address of a description': (url) => ['import_openapi', { server: 'desk', url }],
}

describe.each(Object.entries(places))('%s', (_, place) => {
  it.each(INJECTIONS)('is never %j', async (text) => {
    const { isError, error } = await call(client, ...place(text))
    expect(isError).toBe(true)
    expect(error.fix).not.toBe('')
    expect(error.code).not.toBe('INTERNAL')
  })
})

it.each(['javascript:alert(1)', 'file:///etc/passwd', 'stdio:id', 'data:text/html,x', 'ssh://-oProxyCommand=id/x'])(
  'no door opens %s',
  async (url) => {
    for (const place of ['the address of a connected server', 'the address of a description'])
      expect((await call(client, ...(places[place]?.(url) ?? ['', {}]))).isError).toBe(true)
  },
)

describe('what a person pastes to install a server', () => {
  const command = 'node'
  const folder = `/home/o'brien/$(id) "x"; \`id\``

  it.each(['claude-code', 'inspector'] as const)('quotes every word of the line for %s', (name) => {
    const { snippet } = installIn(name, { name: 'desk', command, args: [folder, 'connect', 'desk'] })
    expect(snippet).toContain(String.raw`'/home/o'\''brien/$(id) "x"; ` + "`id`'")
  })

  it.each(['claude-desktop', 'cursor', 'vscode', 'windsurf', 'gemini', 'json'] as const)(
    'is one JSON text for %s',
    (name) => {
      const { snippet } = installIn(name, { name: 'desk', command, args: [folder] })
      expect(JSON.stringify(JSON.parse(snippet))).toContain(JSON.stringify({ command, args: [folder] }).slice(1, -1))
    },
  )
})
