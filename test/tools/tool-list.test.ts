import { readdirSync } from 'node:fs'
import path from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { describeMetaServer } from '../../src/mcp/describe-meta-server.ts'
import { tokensOf } from '../../src/pipeline/token-cost.ts'
import { metaTools } from '../../src/tools/index.ts'

describe('the list of meta tools', () => {
  it('holds every tool that has a file', () => {
    const notTools = [
      'index.ts',
      'meta-tool.ts',
      'fit-answer.ts',
      'aliases.ts',
      'import-description.ts',
      'refresh-description.ts',
    ]
    const files = readdirSync(path.resolve(import.meta.dirname, '../../src/tools')).filter(
      (file) => !notTools.includes(file),
    )
    const listed = metaTools.map(({ name }) => `${name.replaceAll('_', '-')}.ts`)
    expect(listed.toSorted()).toEqual(files.toSorted())
  })

  it.each(metaTools.map((tool) => [tool.name, tool] as const))(
    '%s has a valid object schema and a description',
    (name, tool) => {
      expect(name).toMatch(/^[a-z][a-z0-9_]{2,62}$/)
      expect(tool.inputSchema).toMatchObject({ type: 'object', additionalProperties: false })
      expect(() => new Ajv2020({ strict: false }).compile(tool.inputSchema)).not.toThrow()
      expect(tool.description.length).toBeGreaterThan(30)
    },
  )

  it('tells a tool that only reads from one that deletes, and what a schema asks for', () => {
    const listed = new Map(describeMetaServer().tools.map((tool) => [tool.name, tool]))
    expect(listed.get('get_logs')?.annotations).toEqual({ readOnlyHint: true, openWorldHint: false })
    // What the protocol assumes anyway is left out: it writes, and destroys.
    expect(listed.get('delete_server')?.annotations).not.toHaveProperty('readOnlyHint')
    expect(listed.get('delete_server')?.annotations).not.toHaveProperty('destructiveHint', false)
    expect(listed.get('init_server')?.annotations).toMatchObject({ destructiveHint: false })
    for (const { inputSchema, name } of metaTools) {
      expect(Object.keys(Object(listed.get(name)?.inputSchema.properties))).toEqual(
        Object.keys(Object(inputSchema.properties)),
      )
    }
  })

  it('stays within 25 tools and 4,000 tokens', () => {
    expect(metaTools.length).toBeLessThanOrEqual(25)
    expect(tokensOf(describeMetaServer().tools)).toBeLessThanOrEqual(4_000)
  })
})
