import { describe, expect, it } from 'vitest'
import type { Client } from '../../src/clients/client.ts'
import type { Original } from '../../src/clients/configuration-file.ts'
import { planPut, planTake } from '../../src/clients/plan-entry.ts'

const jsonc: Pick<Client, 'format' | 'section'> = { format: 'jsonc', section: 'mcpServers' }
const toml: Pick<Client, 'format' | 'section'> = { format: 'toml', section: 'mcp_servers' }
const entry = { command: '/opt/node', args: ['/opt/mcpwright/bin/mcpwright.cjs'] }
const before = (text: string | undefined): Original => (text === undefined ? { was: 'missing' } : { was: 'text', text })

function put(client: typeof jsonc, text: string | undefined): string {
  const plan = planPut(client, text, 'mcpwright', entry)
  return plan.state === 'change' ? (plan.after ?? '') : `(${plan.state})`
}

function takeAgain(client: typeof jsonc, original: string | undefined, now: string) {
  return planTake(client, now, before(original), ({ starts }) => starts === 'mcpwright')
}

const JSON_TEXTS: readonly (readonly [string, string | undefined])[] = [
  ['missing', undefined],
  ['empty', ''],
  ['an empty object', '{}'],
  ['an empty object over lines', '{\n}\n'],
  ['without a section', '{\n  "theme": "dark"\n}\n'],
  ['with an empty section', '{\n  "mcpServers": {}\n}\n'],
  ['with a section of comments', '{\n  "mcpServers": {\n    // none yet\n  }\n}\n'],
  ['with others, in tabs', '{\n\t"mcpServers": {\n\t\t"x": { "command": "y" } // mine\n\t}\n}\n'],
  [
    'with comments and trailing commas',
    '// top\n{\n  "mcpServers": { // servers\n    /* x */ "x": {"command":"y",},\n  },\n}\n',
  ],
  ['with Windows line ends', '{\r\n    "mcpServers": {\r\n        "x": {}\r\n    }\r\n}\r\n'],
  ['on one line', '{"mcpServers":{"x":{"command":"y"}}}'],
  ['on one line with spaces', '{ "mcpServers": { "x": { "command": "y" } } }'],
  ['with a byte order mark', '\u{feff}{\n  "a": 1\n}\n'],
]

const TOML_TEXTS: readonly (readonly [string, string | undefined])[] = [
  ['missing', undefined],
  ['empty', ''],
  ['of a comment without a line end', '# mine'],
  [
    'with others',
    '# mine\nmodel = "o3" # best\n\n[mcp_servers.x]\ncommand = "npx"\nargs = [ "a",\n "b" ] # keep\n\n[profiles.p]\nk = 1\n',
  ],
  ['with an inline table', '# mine\nmcp_servers = { x = { command = "y" } }\n'],
  ['with a header of its own', '[mcp_servers]\n\n[mcp_servers.x.env]\nK = "v"\n'],
  ['with Windows line ends', 'a = "x"\r\n\r\n[b]\r\nc = 1\r\n'],
]

describe.each([
  ['JSON', jsonc, JSON_TEXTS],
  ['TOML', toml, TOML_TEXTS],
] as const)('a %s configuration', (_, client, texts) => {
  it.each(texts)('%s: only gains lines, is up to date then, and goes back to the byte', (_case, original) => {
    const after = put(client, original)
    expect(after).toContain('/opt/mcpwright/bin/mcpwright.cjs')
    expect(put(client, after)).toBe('(up-to-date)')
    const kept = (original ?? '').split(/\r?\n/).filter((line) => line.trim().length > 1 && !/[{}]$/.test(line))
    expect(kept.filter((line) => !after.includes(line))).toEqual([])
    expect(takeAgain(client, original, after)).toEqual({ state: 'change', before: after, after: original })
  })

  it.each(texts)('%s: keeps what the person changed between', (_case, original) => {
    const after = put(client, original)
    const changed =
      client.format === 'toml'
        ? `zz = 1 # mine${after.includes('\r\n') ? '\r\n' : '\n'}${after}`
        : after.replace('{', '{ "zz": 1, // mine\n')
    const plan = takeAgain(client, original, changed)
    expect(plan).toMatchObject({ state: 'change' })
    const text = plan.state === 'change' ? (plan.after ?? '') : ''
    expect(text).toMatch(client.format === 'toml' ? /zz = 1 # mine/ : /"zz": 1,? \/\/ mine/)
    expect(text).not.toContain('mcpwright')
  })
})

describe('an entry of ours', () => {
  it('that is older gets the new command, and keeps what a person added', () => {
    const old =
      '{\n  "mcpServers": {\n    "mcpwright": { "command": "node", "args": ["/old/bin/mcpwright.cjs"], "env": { "A": "b" } } // mine\n  }\n}\n'
    expect(put(jsonc, old)).toBe(old.replace('"node"', '"/opt/node"').replace('/old/bin/', '/opt/mcpwright/bin/'))
    const oldToml =
      '[mcp_servers.mcpwright]\ncommand = "node" # c\nargs = ["/old/bin/mcpwright.cjs"]\nenv = { A = "b" }\n'
    expect(put(toml, oldToml)).toBe(
      oldToml.replace('"node"', '"/opt/node"').replace('/old/bin/', '/opt/mcpwright/bin/'),
    )
  })

  it('is told from one of the same name that starts something else, which is overwritten only when that is asked', () => {
    const foreign = '{"mcpServers":{"mcpwright":{"command":"docker","args":["run"],"env":{"A":"b"}}}}'
    expect(planPut(jsonc, foreign, 'mcpwright', entry)).toEqual({ state: 'foreign', starts: 'docker' })
    const forced = planPut(jsonc, foreign, 'mcpwright', entry, true)
    expect(forced.state === 'change' && JSON.parse(forced.after ?? '')).toEqual({ mcpServers: { mcpwright: entry } })
    expect(planTake(jsonc, foreign, before(foreign), () => true)).toEqual({ state: 'absent' })
    const now = forced.state === 'change' ? (forced.after ?? '') : ''
    expect(takeAgain(jsonc, foreign, now)).toMatchObject({ after: foreign })
  })

  it('of a built server is not that of mcpwright itself', () => {
    const server = { ...entry, args: [...entry.args, 'connect', 'mcpwright'] }
    const text = JSON.stringify({ mcpServers: { mcpwright: server } })
    expect(planPut(jsonc, text, 'mcpwright', entry)).toMatchObject({ state: 'foreign' })
    expect(takeAgain(jsonc, text, text)).toEqual({ state: 'absent' })
  })

  it('pasted by hand is taken away alone, since what was before is unknown', () => {
    const pasted =
      '{\n  "mcpServers": {\n    "mine": {\n      "command": "npx",\n      "args": ["--yes", "mcpwright"]\n    }\n  }\n}\n'
    expect(planTake(jsonc, pasted, { was: 'unknown' }, () => true)).toMatchObject({
      after: '{\n  "mcpServers": {}\n}\n',
    })
  })
})

describe('a configuration that cannot be read', () => {
  it.each([
    [jsonc, '{\n  "mcpServers": {\n    "x": {"command" "y"}\n  }\n}', 3, 21],
    [jsonc, '[]', 1, 1],
    [jsonc, '{"mcpServers": []}', 1, 16],
    [{ ...jsonc, format: 'json' as const }, '{\n  // a comment\n}', 2, 3],
    [toml, 'a = 1\nb = = 2\n', 2, 5],
    [toml, 'mcp_servers = 1\n', 1, 1],
  ])('is told with line and column, and stays: %o %s', (client, text, line, column) => {
    expect(planPut(client, text, 'mcpwright', entry)).toMatchObject({ state: 'broken', line, column })
    expect(planTake(client, text, { was: 'unknown' }, () => true)).toMatchObject({ state: 'broken', line, column })
  })
})
