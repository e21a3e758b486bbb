import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { emitProject } from '../../../generators/project/emit-project.ts'
import type { ServerDefinition } from '../../../src/model/server-definition.ts'
import { makeProject } from '../../../src/pipeline/workshop/make-project.ts'
import { projectSurroundings } from '../../../src/pipeline/workshop/package-sources.ts'
import { shapeOf } from './code-shape.ts'
import { sampleDefinition } from './sample-definition.ts'

let cache: string

beforeAll(async () => {
  cache = await mkdtemp(path.join(tmpdir(), 'mcpwright-cache-'))
})

afterAll(() => rm(cache, { recursive: true, force: true }))

const files = emitProject(sampleDefinition, projectSurroundings())
/** They change with every version of a package. */
const PINS = ['package.json', 'package-lock.json']
const own = Object.entries(files).filter(([file]) => !file.startsWith('src/lib/') && !PINS.includes(file))

describe('a generated project', () => {
  it.each(own)('has the file %s as it is stored', async (file, text) => {
    await expect(text).toMatchFileSnapshot(`./__snapshots__/library-desk/${file}.txt`)
  })

  it('pins the very versions that mcpwright itself uses', () => {
    const { dependencies, devDependencies } = JSON.parse(files['package.json'] ?? '')
    const versions = Object.values({ ...dependencies, ...devDependencies })
    expect(versions).not.toEqual([])
    expect(versions.every((version) => /^\d+\.\d+\.\d+$/.test(String(version)))).toBe(true)
  })

  it('is the same bytes for the same definition', async () => {
    expect(emitProject(structuredClone(sampleDefinition), projectSurroundings())).toEqual(files)
  })

  it('type-checks under strict and bundles', async () => {
    const { made } = await makeProject(sampleDefinition, [], cache)
    expect(made?.checks).toMatchObject([
      { name: 'types', ok: true },
      { name: 'bundle', ok: true },
    ])
    expect(Object.keys(made?.artefacts ?? {})).toEqual(['local.mjs', 'tools.mjs', 'operations.json'])
    expect(made?.artefacts['tools.mjs']).not.toContain('@modelcontextprotocol')
  })

  it('shows client certificates on Node where it has such a credential', async () => {
    const certificate = {
      name: 'LIBRARY_CERT',
      hosts: ['library.example'],
      placement: { type: 'mutualTLS', key: 'LIBRARY_KEY' },
      purpose: 'Signs in.',
    } as const
    const definition = { ...sampleDefinition, credentials: [certificate] }
    const withCertificate = emitProject(definition, projectSurroundings())
    for (const entry of ['stdio', 'http']) {
      expect(withCertificate[`src/entries/${entry}.ts`]).toContain('certificateFetch: certificateFetch(process.env)')
    }
    expect(withCertificate['src/entries/worker.ts']).toBe(files['src/entries/worker.ts'])
    expect((await makeProject(definition, [], cache)).made?.checks).toMatchObject([{ name: 'types', ok: true }, {}])
  })

  it('is not made again when its digest is known', async () => {
    const { digest } = await makeProject(sampleDefinition, [], cache)
    expect(await makeProject(sampleDefinition, [digest], cache)).not.toHaveProperty('made')
  })

  it('needs nothing of mcpwright', () => {
    for (const [file, text] of Object.entries(files)) {
      if (!file.endsWith('.ts')) continue
      const imported = Array.from(text.matchAll(/from '([^']+)'/g), ([, specifier = '']) => specifier)
      const foreign = imported.filter(
        (specifier) =>
          !specifier.startsWith('.') &&
          !/^(node:|@modelcontextprotocol\/|cloudflare:|@cloudflare\/workers-oauth-provider$|minisearch$|jose$)/.test(
            specifier,
          ),
      )
      expect(foreign, file).toEqual([])
    }
  })
})

const PAYLOADS = [
  '*/ globalThis.pwned = true /*',
  '`${globalThis.pwned = true}`',
  "'; globalThis.pwned = true; '",
  '"}; globalThis.pwned = true; //',
  '\u2028globalThis.pwned = true\u2029',
  '</script><script>globalThis.pwned = true</script>',
  '\\"; globalThis.pwned = true; \\"',
  '${process.exit(1)}',
  '\n*/\nglobalThis.pwned = true\n/*',
  '<!-- --> $(id) `id` | & ; > /tmp/x',
]

describe('text from a description', () => {
  it.each(PAYLOADS)('stays text wherever it stands: %j', (payload) => {
    const hostile = emitProject(definitionWith(payload), projectSurroundings())
    const harmless = emitProject(definitionWith('harmless'), projectSurroundings())
    for (const file of Object.keys(harmless).filter((name) => name.endsWith('.ts') && !name.startsWith('src/lib/'))) {
      expect(shapeOf(hostile[file] ?? ''), file).toEqual(shapeOf(harmless[file] ?? ''))
    }
    for (const file of ['src/operations.json', 'package.json', 'manifest.json', 'server.json', 'wrangler.jsonc']) {
      expect(() => JSON.parse(hostile[file] ?? ''), file).not.toThrow()
    }
  })
})

function definitionWith(text: string): ServerDefinition {
  return {
    ...sampleDefinition,
    description: text,
    credentials: sampleDefinition.credentials.map((credential) => ({ ...credential, purpose: text })),
    tools: sampleDefinition.tools.map((tool) => ({
      ...tool,
      description: text,
      inputSchema: {
        ...tool.inputSchema,
        properties: {
          ...Object(tool.inputSchema.properties),
          [text]: { type: 'string', description: text, enum: [text], default: text },
        },
      },
    })),
    resources: sampleDefinition.resources.map((resource) => ({ ...resource, description: text, mimeType: text })),
    prompts: sampleDefinition.prompts.map((prompt) => ({
      ...prompt,
      description: text,
      messages: 'kind' in prompt.messages ? prompt.messages : [{ role: 'user', text }],
    })),
  }
}
