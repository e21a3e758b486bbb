import { createRequire } from 'node:module'
import path from 'node:path'
import { type LibraryApi, startLibraryApi } from '../../test/e2e/library-api.ts'
import { type BenchHome, openBenchHome } from '../bench-home.ts'
import { call } from '../call.ts'

const github = createRequire(import.meta.url).resolve('@octokit/openapi/generated/api.github.com.json')

const SUM = {
  name: 'add_numbers',
  description: 'Adds two numbers. Returns their sum as a number.',
  effect: 'read',
  input_schema: { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } }, required: ['a', 'b'] },
  code: 'console.log("adding")\nreturn { sum: input.a + input.b }',
}

/** A home as an agent fills it: a small server in use, GitHub's 1,223 operations, and drafts up to 100 servers. */
export async function openFilledHome(templates: string): Promise<BenchHome & { readonly api: LibraryApi }> {
  await using resources = new AsyncDisposableStack()
  const api = resources.use(await startLibraryApi())
  const home = openBenchHome({
    installation: path.resolve(import.meta.dirname, '../..'),
    templates,
    settings: { MCPWRIGHT_ALLOW_LOCAL: api.host, MCPWRIGHT_FILES: path.dirname(github) },
  })
  resources.use(home)
  await using door = await home.connect()
  const { client } = door
  const init = (name: string) => call(client, 'init_server', { name, description: 'Of the bench.' })
  await init('library')
  await call(client, 'import_openapi', {
    server: 'library',
    content: api.description,
    preview: false,
    select: { all: true },
  })
  await call(client, 'add_tool', { server: 'library', ...SUM })
  await call(client, 'deploy', { server: 'library' })
  for (let line = 0; line < 100; line++) {
    await call(client, 'read_tool', { server: 'library', tool: SUM.name, arguments: { a: line, b: 1 } })
  }
  await init('github')
  await call(client, 'import_openapi', { server: 'github', file: github, preview: false, select: { all: true } })
  await call(client, 'deploy', { server: 'github' })
  for (let draft = 1; draft <= 98; draft++) await init(`draft-${draft}`)
  const kept = resources.move()
  return { ...home, api, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}
