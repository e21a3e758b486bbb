import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createProgram } from '../../src/cli/run-command.ts'
import { settings } from '../../src/config/settings.ts'
import type { ToolDefinition } from '../../src/model/tool-definition.ts'
import { checkCode } from '../../src/pipeline/check-code.ts'
import { LOCAL_TENANT } from '../../src/model/ids.ts'
import { createWorkshop } from '../../src/pipeline/workshop/workshop.ts'

const root = path.resolve(import.meta.dirname, '../..')
/** For people, and for models. */
const pages = [
  'README.md',
  'AGENTS.md',
  ...readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => path.join('docs', file)),
]
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
  it('has client configurations that are JSON', () => {
    const configurations = blocks('README.md', 'json').map((text): unknown => JSON.parse(text))
    expect(configurations).toHaveLength(3)
  })

  it('is read in three minutes', () => {
    const unfolded = read('README.md').replace(/<details>.*?<\/details>/s, '')
    expect(unfolded.split(/\s+/).length).toBeLessThan(700)
  })
})

describe('the docs', () => {
  it('name settings that exist', () => {
    const names = [...new Set(pages.flatMap((page) => read(page).match(/\bMCPWRIGHT_[A-Z_]+[A-Z]\b/g) ?? []))]
    const known = new Set(settings.map(({ name }) => name))
    expect(names.length).toBeGreaterThan(8)
    expect(names.filter((name) => !known.has(name))).toEqual([])
  })

  it('name commands that exist', () => {
    // These two are put beside commander's.
    const commands = new Set(['bridge', 'complete', ...createProgram({}).commands.map((command) => command.name())])
    const named = pages.flatMap((page) =>
      Array.from(read(page).matchAll(/npx mcpwright ([a-z]+)/g), ([, name]) => name),
    )
    expect(named.length).toBeGreaterThan(5)
    expect(named.filter((name) => !commands.has(name ?? ''))).toEqual([])
  })

  it.each(pages)('lead from %s to files that are there', (page) => {
    const links = Array.from(read(page).matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g), ([, link = '']) => link)
    const there = (link: string) => existsSync(path.join(root, path.dirname(page), link))
    expect(links.filter((link) => !there(link))).toEqual([])
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
