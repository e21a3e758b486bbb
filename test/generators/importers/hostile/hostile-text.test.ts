import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { isDeepStrictEqual, promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { openApiImporter } from '../../../../generators/importers/openapi/openapi-importer.ts'
import { emitProject } from '../../../../generators/project/emit-project.ts'
import { MetaError } from '../../../../src/errors/meta-error.ts'
import type { ImportedApi } from '../../../../src/model/api-importer.ts'
import { TOOL_NAME } from '../../../../src/model/names.ts'
import type { ProjectFiles } from '../../../../src/model/project-files.ts'
import type { ServerDefinition } from '../../../../src/model/server-definition.ts'
import { toTool } from '../../../../src/pipeline/import-tool.ts'
import { bundleProject } from '../../../../src/pipeline/workshop/bundle-project.ts'
import { projectSurroundings } from '../../../../src/pipeline/workshop/package-sources.ts'
import { openProjectFolder } from '../../../../src/pipeline/workshop/project-folder.ts'
import { shapeOf } from '../../project/code-shape.ts'
import { sampleDefinition } from '../../project/sample-definition.ts'
import { dialects, type Dialect, documentWith, documentWithOne, mark, textPositions } from './hostile-documents.ts'
import { payloads } from './payloads.ts'

const surroundings = projectSurroundings()
const harmless = new Map(
  await Promise.all(dialects.map(async (each) => [each, emit(await read(documentWith(each, mark)))] as const)),
)

describe.each(dialects)('hostile text in a description of %s', (dialect) => {
  it('is written where operations come of it', async () => {
    expect((await read(documentWith(dialect, mark))).operations.length).toBeGreaterThan(2)
  })

  it.each(payloads)('stays text in every place: %j', async (payload) => {
    const api = await read(documentWith(dialect, payload))
    expect(api.operations.length).toBeGreaterThan(0)
    expect(problemsOf(emit(api), dialect)).toEqual([])
    for (const { name } of api.operations) expect(name).toMatch(TOOL_NAME)
    for (const { name } of api.credentials) expect(name).toMatch(/^[A-Z][A-Z0-9_]*$/)
    for (const host of api.hosts) expect(host).toMatch(/^[\w.:[\]-]+$/)
  })

  it('stays text in each place by itself, or is refused with a clear error', { timeout: 120_000 }, async () => {
    const problems: string[] = []
    for (const position of textPositions(dialect)) {
      const payload = payloads[position % payloads.length] ?? ''
      const outcome = await emitOrRefuse(documentWithOne(dialect, position, payload))
      if (typeof outcome !== 'string') problems.push(...problemsOf(outcome, dialect))
      else if (!outcome.startsWith('DESCRIPTION_')) problems.push(`${position}: ${outcome}`)
    }
    expect(problems).toEqual([])
  })
})

describe('a project with hostile text everywhere', () => {
  it('bundles, and runs nothing of it', async () => {
    const apis = await Promise.all(
      dialects.flatMap((each) => payloads.map((payload) => read(documentWith(each, payload)))),
    )
    const files = emit(mergeApis(apis))
    const cache = await mkdtemp(path.join(tmpdir(), 'mcpwright-hostile-'))
    try {
      await using project = await openProjectFolder(files, cache)
      const artefacts = await bundleProject({ generated: project.folder, changed: project.folder }, files)
      for (const [name, text] of Object.entries(artefacts)) await writeFile(path.join(cache, name), text)
      expect(await evaluate(cache)).toEqual({ loaded: ['tools.mjs', 'local.mjs'], pwned: false })
    } finally {
      await rm(cache, { recursive: true, force: true })
    }
  })
})

function read(text: string): Promise<ImportedApi> {
  // The check against the specification reads the document only, and slowly: blanks keep it away.
  return openApiImporter.read(text + ' '.repeat(512 * 1024), { origin: 'https://api.example.com/openapi.json' })
}

function emit(api: ImportedApi): ProjectFiles {
  const definition: ServerDefinition = {
    ...sampleDefinition,
    description: api.description || api.title,
    tools: api.operations.map(toTool),
    credentials: api.credentials,
    resources: [],
    prompts: [],
  }
  return emitProject(definition, surroundings)
}

/** The project, or the code of the error. */
async function emitOrRefuse(text: string): Promise<ProjectFiles | string> {
  try {
    return emit(await read(text))
  } catch (error) {
    if (error instanceof MetaError) return error.code
    throw error
  }
}

/** Where a project differs from the one of harmless text in more than its texts. */
function problemsOf(files: ProjectFiles, dialect: Dialect): string[] {
  const expected = harmless.get(dialect) ?? {}
  const problems = Object.keys(files).filter((file) => !Object.hasOwn(expected, file))
  for (const [file, text] of Object.entries(files)) {
    if (text === expected[file]) continue
    if (/\.m?ts$|\.mjs$/.test(file) && !hasSameShape(text, expected[file] ?? '')) problems.push(`${file}: other code`)
    if (/\.jsonc?$/.test(file) && !isJson(text)) problems.push(`${file}: no JSON`)
  }
  const readme = files['README.md']?.replaceAll(/```[\s\S]*?```/g, '') ?? ''
  if (/<[a-z!/?]/i.test(readme)) problems.push('README.md: HTML')
  const settings = (files['.env.example'] ?? '').split('\n')
  if (!settings.every((line) => /^(#.*|[A-Z][A-Z0-9_]*=|)$/.test(line)))
    problems.push('.env.example: a line of its own')
  return problems
}

function hasSameShape(text: string, expected: string): boolean {
  return isDeepStrictEqual(shapeOf(text), shapeOf(expected))
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** All operations under names of their own. */
function mergeApis(apis: readonly ImportedApi[]): ImportedApi {
  const [first] = apis
  if (!first) throw new Error('There is nothing to merge.')
  const operations = apis.flatMap((api) => api.operations)
  const credentials = new Map(apis.flatMap((api) => api.credentials).map((each) => [each.name, each]))
  return {
    ...first,
    description: payloads.join(' '),
    operations: operations.map((operation, index) => ({ ...operation, name: `tool_${index}` })),
    credentials: [...credentials.values()],
  }
}

/** Loads the bundles in a process of their own. */
async function evaluate(folder: string): Promise<unknown> {
  const program = `
    const loaded = []
    for (const file of ['tools.mjs', 'local.mjs']) {
      await import(new URL(file, ${JSON.stringify(pathToFileURL(folder + path.sep).href)}).href)
      loaded.push(file)
    }
    console.log(JSON.stringify({ loaded, pwned: 'pwned' in globalThis }))
    process.exit(0)`
  // The supervisor gives every child a key of its own.
  const env = { ...process.env, MCPWRIGHT_STATE_KEY: 'k'.repeat(32) }
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], { env })
  return JSON.parse(stdout)
}
