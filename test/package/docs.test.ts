import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load-config.ts'
import type { ToolDefinition } from '../../src/model/tool-definition.ts'
import { checkCode } from '../../src/pipeline/check-code.ts'
import { LOCAL_TENANT } from '../../src/model/ids.ts'
import { createWorkshop } from '../../src/pipeline/workshop/workshop.ts'

const root = path.resolve(import.meta.dirname, '../..')
const cache = mkdtempSync(path.join(tmpdir(), 'mcpwright-docs-'))
const workshop = createWorkshop({ cache, atOnce: 1, idleMs: 1_000, timeoutMs: 60_000, memoryMiB: 640 })

afterAll(async () => {
  await workshop.close()
  rmSync(cache, { recursive: true, force: true })
})

describe('docs/tool-context.md', () => {
  it.each(blocks('docs/tool-context.md', 'ts').map((code, index) => [index + 1, code] as const))(
    'has an example that compiles as the body of a tool: %i',
    async (_, code) => {
      const tool = codeTool(code)
      const { bundle } = await checkCode({ tools: [tool] }, { workshop }, LOCAL_TENANT, AbortSignal.timeout(60_000))
      expect(bundle).toContain('example')
    },
  )
})

describe('README.md', () => {
  it('names settings that exist', () => {
    const names = [...new Set(read('README.md').match(/\bMCPWRIGHT_[A-Z_]+[A-Z]/g))]
    expect(names).not.toEqual([])
    const unknown = names.flatMap((name) => loadConfig({ [name]: '' }).warnings)
    expect(unknown).toEqual([])
  })

  it('has a row for each setting', () => {
    const names = new Set(read('src/config/load-config.ts').match(/(?<=')MCPWRIGHT_[A-Z_]+[A-Z](?=')/g))
    // The launcher tells itself.
    names.delete('MCPWRIGHT_RELAUNCHED')
    expect(names.size).toBeGreaterThan(8)
    const cells = Array.from(read('README.md').matchAll(/^\| (`[^|]+`) \|/gm), ([, cell = '']) => cell)
    expect([...names].filter((name) => !cells.some((cell) => cell.includes(`\`${name}\``)))).toEqual([])
  })

  it('has client configurations that are JSON', () => {
    const configurations = blocks('README.md', 'json').map((text): unknown => JSON.parse(text))
    expect(configurations).toHaveLength(3)
  })

  it('names commands that exist', () => {
    const program = read('src/cli/run-command.ts')
    const commands = Array.from(read('README.md').matchAll(/^\| `([a-z]+)/gm), ([, command]) => command)
    expect(commands.length).toBeGreaterThan(5)
    expect(commands.filter((command) => !program.includes(`.command('${command}')`))).toEqual([])
  })
})

describe('AGENTS.md', () => {
  it('is at most 60 lines long', () => {
    expect(read('AGENTS.md').trimEnd().split('\n').length).toBeLessThanOrEqual(60)
  })

  it('names npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json'))
    const named = Array.from(read('AGENTS.md').matchAll(/npm run ([a-z]+)/g), ([, name]) => name)
    expect(named.filter((name) => !Object.hasOwn(scripts, name ?? ''))).toEqual([])
  })
})

function read(file: string): string {
  return readFileSync(path.join(root, file), 'utf8')
}

function blocks(file: string, language: string): string[] {
  return Array.from(
    read(file).matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms')),
    ([, text]) => text ?? '',
  )
}

function codeTool(source: string): ToolDefinition {
  const properties = { text: { type: 'string' }, id: { type: 'string' } }
  return {
    name: 'example',
    description: 'An example of the docs.',
    inputSchema: { type: 'object', properties, required: ['text', 'id'] },
    effect: 'read',
    handler: { kind: 'code', source, hosts: ['api.example.com'] },
  }
}
