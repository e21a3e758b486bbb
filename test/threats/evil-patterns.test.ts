import { describe, expect, it } from 'vitest'
import { findLocations } from '../../generators/importers/openapi/json-path.ts'
import { openApiImporter } from '../../generators/importers/openapi/openapi-importer.ts'
import { checkInput } from '../../runtime/library/server/tool-entry.ts'
import { schemaViolations } from '../../src/pipeline/check-schema.ts'
import { toExternalTool } from '../../src/pipeline/connections/external-tool.ts'
import { readToolInput } from '../../src/pipeline/read-tool-input.ts'
import { selectOperations } from '../../src/pipeline/select-operations.ts'

/** Each takes between a second and for ever on the text below when a backtracking engine runs it. */
const PATTERNS = [
  '^(a+)+$',
  '^(a*)*$',
  '^(a|aa)+$',
  '^(?:a{1,30}){1,1000}$',
  '(a+a+)+b',
  'a*b',
  '^a*a*a*b',
  '^a*a{0,999}a{0,999}b',
  '^a{0,200}a{0,200}a{0,200}b',
  'a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?b',
  '(?=a{0,900})a{0,900}b',
  '^(a+)\\1+b',
]
/** Longer than the path of any real operation. */
const PATH = `/${'a'.repeat(5_000)}`
const LONG = `${'a'.repeat(50_000)}!`
/** Far above what it takes on a busy machine, far below what one of the patterns takes. */
const MOST_MS = 500

const schemaOf = (pattern: string) => ({
  type: 'object',
  properties: { a: { type: 'string', pattern }, b: { type: 'object', patternProperties: { [pattern]: {} } } },
  propertyNames: { pattern },
})
const LONG_ARGUMENTS = { a: LONG, b: { [LONG]: 1 } }

async function cpuMs(work: () => unknown): Promise<number> {
  const before = process.threadCpuUsage()
  await work()
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / 1_000
}

/** The schema that is kept of a tool with such a pattern, by the door that it came through. */
const doors: Readonly<Record<string, (pattern: string) => Promise<object | undefined>>> = {
  async 'added by hand'(pattern) {
    const base = { name: 'slow', description: 'Slow.', effect: 'read', code: 'return 1' } as const
    return (await readToolInput({ ...base, input_schema: schemaOf(pattern) })).tool.inputSchema
  },
  async 'added by hand, for what it returns'(pattern) {
    const base = { name: 'slow', description: 'Slow.', effect: 'read', code: 'return 1' } as const
    const input = { ...base, input_schema: { type: 'object' }, output_schema: schemaOf(pattern) }
    return (await readToolInput(input)).tool.outputSchema
  },
  async connected(pattern) {
    const definition = { name: 'slow', inputSchema: schemaOf(pattern) }
    return toExternalTool({ digest: 'd', definition }, 'notes', 'notes_slow').inputSchema
  },
  async imported(pattern) {
    const content = { 'application/json': { schema: schemaOf(pattern) } }
    const text = JSON.stringify({
      openapi: '3.1.0',
      info: { title: 'Slow', version: '1' },
      servers: [{ url: 'https://api.example.com' }],
      paths: { '/a': { post: { requestBody: { content }, responses: {} } } },
    })
    const { operations } = await openApiImporter.read(text, { loadReference: async () => '{}' })
    return operations[0]?.inputSchema
  },
}

describe.each(Object.entries(doors))('of a tool that is %s', (_, keep) => {
  it.each(PATTERNS)('the pattern %s costs no call its time', async (pattern) => {
    const schema = await keep(pattern)
    expect(schema).toBeDefined()
    const given = { ...LONG_ARGUMENTS, body: LONG_ARGUMENTS }
    expect(await cpuMs(() => checkInput({ inputSchema: schema ?? {} }, given))).toBeLessThan(MOST_MS)
    expect(await cpuMs(() => schemaViolations({ ...schema }, given))).toBeLessThan(MOST_MS)
  })

  it('a harmless pattern is kept, and holds', async () => {
    const schema = await keep('^a{2,5}$')
    expect(JSON.stringify(schema)).toContain('a{2,5}')
  })
})

describe('what else is matched against texts of others', () => {
  it.each(PATTERNS)('the JSONPath filter %s costs an overlay no time', async (pattern) => {
    const query = `$[?search(@.a, '${pattern.replaceAll('\\', '\\\\')}')]`
    expect(await cpuMs(() => findLocations(query, [{ a: LONG }], 10))).toBeLessThan(MOST_MS)
  })

  it.each(['*a*a*a*a*a*a*a*b', '**a**a**a**a**a**b', `${'*a'.repeat(140)}b`])(
    'the glob %s costs a selection no time',
    async (glob) => {
      const operation = {
        name: 'slow',
        description: '',
        effect: 'read',
        inputSchema: {},
        call: { kind: 'http', method: 'GET', path: PATH, servers: [], parameters: [], accept: [], security: [] },
        source: { pointer: '' },
        label: '',
        tags: [],
      } as const
      expect(await cpuMs(() => selectOperations([operation], { paths: [glob] }))).toBeLessThan(MOST_MS)
    },
  )
})
