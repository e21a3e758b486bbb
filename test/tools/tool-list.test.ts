import { readdirSync } from 'node:fs'
import path from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { callMetaTool, type IncomingCall } from '../../src/mcp/call-meta-tool.ts'
import { listedTool } from '../../src/mcp/listed-tool.ts'
import { describeMetaServer } from '../../src/mcp/describe-meta-server.ts'
import { tokensOf } from '../../src/pipeline/token-cost.ts'
import { fileTools } from '../../src/tools/files/index.ts'
import { metaTools } from '../../src/tools/index.ts'

describe('the list of meta tools', () => {
  it('holds every tool that has a file', () => {
    const notTools = [
      'index.ts',
      'meta-tool.ts',
      'answer-schema.ts',
      'fit-answer.ts',
      'ask-before-call.ts',
      'try-before-adding.ts',
      'aliases.ts',
      'import-description.ts',
      'refresh-description.ts',
      'offered-tools.ts',
      'files',
    ]
    const files = readdirSync(path.resolve(import.meta.dirname, '../../src/tools')).filter(
      (file) => !notTools.includes(file),
    )
    const listed = metaTools.map(({ name }) => `${name.replaceAll('_', '-')}.ts`)
    expect(listed.toSorted()).toEqual(files.toSorted())
  })

  it.each([...metaTools, ...fileTools].map((tool) => [tool.name, tool] as const))(
    '%s has a valid object schema and a description',
    (name, tool) => {
      expect(name).toMatch(/^[a-z][a-z0-9_]{2,62}$/)
      expect(tool.inputSchema).toMatchObject({ type: 'object', additionalProperties: false })
      expect(() => new Ajv2020({ strict: false }).compile(tool.inputSchema)).not.toThrow()
      expect(tool.description.length).toBeGreaterThan(30)
    },
  )

  it('tells a tool that only reads from one that deletes, and what a schema asks for', () => {
    const listed = new Map(describeMetaServer({ fileTools: false }).tools.map((tool) => [tool.name, tool]))
    expect(listed.get('list_servers')?.annotations).toEqual({ readOnlyHint: true, openWorldHint: false })
    // What the protocol assumes anyway is left out: it reaches out to targets; it writes, and destroys.
    expect(listed.get('get_logs')?.annotations).toEqual({ readOnlyHint: true })
    expect(listed.get('call_tool')).not.toHaveProperty('annotations')
    expect(listed.get('delete_server')?.annotations).not.toHaveProperty('readOnlyHint')
    expect(listed.get('delete_server')?.annotations).not.toHaveProperty('destructiveHint', false)
    expect(listed.get('init_server')?.annotations).toMatchObject({ destructiveHint: false })
    for (const { inputSchema, name } of metaTools) {
      expect(Object.keys(Object(listed.get(name)?.inputSchema.properties))).toEqual(
        Object.keys(Object(inputSchema.properties)),
      )
    }
  })

  it('has no output schema only where the result is that of another tool', () => {
    const without = [...metaTools, ...fileTools].filter(({ outputSchema }) => outputSchema === undefined)
    expect(without.map(({ name }) => name)).toEqual(['read_tool', 'call_tool'])
  })

  it.each([...metaTools, ...fileTools].flatMap((tool) => (tool.outputSchema ? [[tool.name, tool] as const] : [])))(
    '%s lists names and types of what it gives',
    (_, tool) => {
      const whole = tool.outputSchema
      const { outputSchema } = listedTool(tool)
      expect(Object.keys(outputSchema ?? {})).toEqual(['type', 'properties'])
      const members = Object.entries<{ type?: unknown }>({ ...Object(outputSchema?.properties) })
      expect(members.length).toBeGreaterThan(0)
      for (const [member, { type }] of members) {
        expect(type).toBeDefined()
        expect(whole?.properties).toHaveProperty([member, 'type'], type)
      }
    },
  )

  it('says in words what nested arguments hold, and names every part of them', () => {
    const listed = new Map(describeMetaServer({ fileTools: false }).tools.map((tool) => [tool.name, tool.inputSchema]))
    expect(listed.get('request_secrets')?.properties).toMatchObject({
      secrets: { type: 'array', items: { type: 'object' }, description: '[{name, host, purpose}]' },
    })
    for (const { name, inputSchema } of metaTools) {
      for (const [argument, schema] of Object.entries<{ saidAs?: string }>({ ...Object(inputSchema.properties) })) {
        if (schema.saidAs === undefined || schema.saidAs.startsWith('As in ')) continue
        const shown: unknown = Object(listed.get(name)?.properties)[argument]
        expect(shown).toMatchObject({ description: schema.saidAs })
        for (const part of partsOf(schema)) expect(schema.saidAs).toContain(part)
      }
    }
  })

  it('stays within 25 tools and 4,000 tokens', () => {
    expect(metaTools.length).toBeLessThanOrEqual(25)
    expect(tokensOf(describeMetaServer({ fileTools: false }).tools)).toBeLessThanOrEqual(4_000)
  })

  it('has the tools for files only where a person switched them on, beside the others', () => {
    const [on, off] = [true, false].map((each) => describeMetaServer({ fileTools: each }).tools)
    expect(on).toEqual([...(off ?? []), ...fileTools.map(listedTool)])
    expect(tokensOf(fileTools.map(listedTool))).toBeLessThanOrEqual(1_000)
  })

  it('says who can switch a tool for files on', async () => {
    const incoming = { tools: metaTools, services: () => Promise.reject(new Error('Not needed.')) }
    // Nothing else of a call is looked at before its tool is found.
    const { result } = await callMetaTool('write_file', {}, incoming as unknown as IncomingCall)
    expect(result).toMatchObject({ isError: true, structuredContent: { error: { code: 'TOOL_UNKNOWN' } } })
    expect(result.content[0]?.text).toMatch(/"write_file" is switched off here.*\n.*MCPWRIGHT_FILE_TOOLS=1/)
  })
})

/** Names of the members of an object schema, or of the objects of a list. */
function partsOf(schema: unknown): readonly string[] {
  const { items, properties }: { items?: unknown; properties?: object } = { ...Object(schema) }
  return Object.keys(properties ?? {}).concat(items === undefined ? [] : partsOf(items))
}
