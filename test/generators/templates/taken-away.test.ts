import { execFile } from 'node:child_process'
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { emitProject } from '../../../generators/project/emit-project.ts'
import { templates } from '../../../generators/templates/index.ts'
import { projectSurroundings } from '../../../src/pipeline/workshop/package-sources.ts'
import { writeFiles } from '../../../src/pipeline/workshop/project-folder.ts'
import { definitionOf } from '../../contracts/template-contract.ts'

const run = promisify(execFile)
const root = path.resolve(import.meta.dirname, '../../..')

it('servers of all templates type-check and pass their tests when they were taken away', async () => {
  await using parent = await folderWithPackages()
  for (const { name } of templates) {
    const definition = definitionOf(name, 'Serves https://one.example/v1 and https://two.example.')
    await writeFiles(path.join(parent.folder, name), emitProject(definition, projectSurroundings()))
  }
  // As `npm run typecheck` in each of them, in one go: their settings are the same.
  const settings = { extends: './empty/tsconfig.json', include: ['*/src', '*/test'] }
  await writeFiles(parent.folder, { 'tsconfig.json': JSON.stringify(settings) })
  const cwd = parent.folder
  await run(process.execPath, [path.join(root, 'node_modules/typescript/bin/tsc'), '-p', '.'], { cwd })
  for (const { name } of templates) await run(process.execPath, ['build.mjs'], { cwd: path.join(cwd, name) })
  const programs = templates.map(({ name }) => path.join(name, 'dist', 'test.mjs'))
  const { stdout } = await run(process.execPath, ['--test', ...programs], { cwd })
  expect(stdout).toMatch(/fail 0/)
  for (const { name } of templates)
    for (const test of definitionOf(name, '').tests ?? []) expect(stdout).toContain(`${test.tool}: ${test.name}`)
})

/** The packages that a project asks for are ours, in the same versions; another test installs them. */
async function folderWithPackages(): Promise<AsyncDisposable & { readonly folder: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'mcpwright-templates-'))
  await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'))
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}
