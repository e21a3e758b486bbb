import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

const root = path.resolve(import.meta.dirname, '../..')

/** What a process loads before it can answer: each package costs every start its time and memory. */
describe('what is loaded at a start', () => {
  it('by a stdio door is our own code alone', () => {
    const entries = ['src/cli/stdio-door.ts', 'bridge/connect/connect-stdio.ts', 'src/mcp/described-meta-server.ts']
    expect(entries.flatMap((entry) => [...packagesFrom(entry)])).toEqual([])
  })

  it('by the daemon is what serves requests and jobs: no compiler, no client, no importer', () => {
    expect([...packagesFrom('src/main.ts')].toSorted()).toEqual([
      '@modelcontextprotocol/node',
      '@modelcontextprotocol/server',
      'ajv',
      'express',
      'get-port',
      'pg-boss',
      'ws',
    ])
  })

  it('by a command of the terminal is what reads its words; what asks a person, when it asks', () => {
    expect([...packagesFrom('src/cli/run-command.ts')]).toEqual(['commander'])
    expect([...packagesFrom('src/cli/setup.ts')]).not.toContain('@clack/prompts')
  })

  it('is found by following static imports, not types and not what is imported later', () => {
    expect([...packagesFrom('generators/project/emit-project.ts')]).toContain('ts-morph')
    expect(staticImports("import type { A } from 'a'\nimport { type B } from 'b'\nawait import('c')")).toEqual([])
    expect(
      staticImports("import { type A, b } from 'd'\nimport 'e'\nexport * from 'f'\nimport {\n  g,\n} from 'g'"),
    ).toEqual(['d', 'e', 'f', 'g'])
  })
})

function packagesFrom(entry: string): ReadonlySet<string> {
  const packages = new Set<string>()
  const seen = new Set<string>()
  const waiting = [path.join(root, entry)]
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (seen.has(file) || !existsSync(file)) continue
    seen.add(file)
    for (const specifier of staticImports(readFileSync(file, 'utf8'))) {
      if (specifier.startsWith('.')) waiting.push(path.join(path.dirname(file), specifier))
      else if (!specifier.startsWith('node:')) packages.add(packageOf(specifier))
    }
  }
  return packages
}

function staticImports(text: string): string[] {
  const found = text.matchAll(/^(?:import|export)\s+(?!type\s)(?:([^'"]*?)\sfrom\s+)?['"]([^'"]+)['"]/gm)
  return Array.from(found)
    .filter(([, names = '']) => !isTypesOnly(names))
    .map(([, , specifier = '']) => specifier)
}

function isTypesOnly(names: string): boolean {
  const listed = /^\{([^}]*)\}$/.exec(names.trim())?.[1]?.split(',') ?? []
  const given = listed.map((name) => name.trim()).filter((name) => name !== '')
  return given.length > 0 && given.every((name) => name.startsWith('type '))
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}
