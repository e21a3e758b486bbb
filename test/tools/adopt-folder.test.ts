import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { emitProject } from '../../generators/project/emit-project.ts'
import type { ProjectFiles } from '../../src/model/project-files.ts'
import { adoptFolder } from '../../src/pipeline/files/adopt-folder.ts'
import { openProject } from '../../src/pipeline/files/open-project.ts'
import { exportServer, importServer, previewServer, readPortable } from '../../src/pipeline/move-server.ts'
import { emitFiles } from '../../src/pipeline/workshop/emit-files.ts'
import { projectSurroundings } from '../../src/pipeline/workshop/package-sources.ts'
import { digestOfFiles } from '../../src/model/project-files.ts'
import { insertBuild } from '../../src/registry/build-store.ts'
import { bumpRevision, requireServer } from '../../src/registry/server-store.ts'
import { changeSharedCode } from '../../src/registry/shared-code-store.ts'
import { call } from '../e2e/call.ts'
import { ADA, BOB, openTenants, type Tenants } from '../threats/tenants.ts'

const NEVER = new AbortController().signal
let tenants: Tenants
let written: ProjectFiles

beforeAll(async () => {
  tenants = await openTenants()
  const client = await tenants.connect(ADA)
  await call(client, 'init_server', { name: 'till', description: 'Counts money.' })
  await share('export const currency = "EUR"\n')
  written = (await open()).files
})
afterAll(() => tenants[Symbol.asyncDispose]())

const open = () => openProject('till', tenants.services, ADA.tenantId, NEVER)
const overlays = async () => [...(await open()).overlays.values()].map(({ path, text }) => [path, text])

function share(source: string): Promise<void> {
  return tenants.db.as(ADA.tenantId, async (sql) => {
    const { id } = await requireServer(sql, ADA.tenantId, 'till')
    await bumpRevision(sql, ADA.tenantId, id)
    await changeSharedCode(sql, ADA.tenantId, id, { 'money.ts': source })
  })
}

function adopt(files: ProjectFiles, store = true, large: ProjectFiles = {}, who = ADA) {
  return adoptFolder('till', { files, large, store }, tenants.services, who, NEVER)
}

describe('an edited project', () => {
  it('has nothing to take where nothing was changed', async () => {
    expect(await adopt(written)).toEqual({ changes: [], left_out: [], stored: true })
    expect(await overlays()).toEqual([])
  })

  it('shows its changes, and is taken when that is wanted', async () => {
    const { 'README.md': _, ...rest } = written
    const edited = { ...rest, 'NOTES.md': 'mine\n', 'src/server.ts': `// mine\n${written['src/server.ts']}` }
    const { changes } = await adopt(edited, false)
    expect(changes).toMatchObject([
      { file: 'NOTES.md', change: 'added', difference: expect.stringContaining('+mine') },
      { file: 'README.md', change: 'deleted' },
      {
        file: 'src/server.ts',
        change: 'edited',
        runs_in: 'taken-away',
        difference: expect.stringContaining('+// mine'),
      },
    ])
    expect(await overlays()).toEqual([])
    await adopt(edited)
    expect((await overlays()).map(([path]) => path)).toEqual(['NOTES.md', 'README.md', 'src/server.ts'])
  })

  it('takes changes back that it has no more', async () => {
    const { changes: all } = await adopt(written, false)
    expect(all.map(({ file, change }) => [file, change])).toEqual([
      ['NOTES.md', 'restored'],
      ['README.md', 'restored'],
      ['src/server.ts', 'restored'],
    ])
    const now = (await open()).files
    const { changes } = await adopt({ ...now, 'README.md': written['README.md'] ?? '' })
    expect(changes).toMatchObject([{ file: 'README.md', change: 'restored' }])
    expect((await overlays()).map(([path]) => path)).toEqual(['NOTES.md', 'src/server.ts'])
  })

  it('that is of an older version brings back nothing of it but its edits', async () => {
    const { definition, files } = await open()
    const server = await tenants.db.as(ADA.tenantId, (sql) => requireServer(sql, ADA.tenantId, 'till'))
    // As an older mcpwright had built it.
    const old = { ...files, 'src/lib/gone-since.ts': 'export {}\n', 'src/lib/tool-context.ts': '// old\n' }
    await tenants.db.as(ADA.tenantId, (sql) =>
      insertBuild(sql, ADA.tenantId, {
        serverId: server.id,
        digest: digestOfFiles(old),
        revision: definition.revision,
        files: old,
        artefacts: {},
        checks: [],
        library: null,
        contents: { hosts: [], credentials: [], tools: {}, resources: {}, prompts: {}, effects: {} },
      }),
    )
    await share('export const currency = "USD"\n')
    const { changes } = await adopt({ ...old, 'NOTES.md': 'mine again\n' })
    expect(changes.map(({ file }) => file)).toEqual(['NOTES.md'])
    expect((await open()).files['src/shared/money.ts']).toContain('USD')
  })

  it('leaves out, and says so, what is not changed by hand or is too large', async () => {
    const { files } = await open()
    const edited = {
      ...files,
      'package.json': (files['package.json'] ?? '').replace('"build":', '"postinstall": "node x", "build":'),
      'package-lock.json': '{}',
      'src/operations.json': '{"credentials":[],"operations":[]}',
    }
    const large = { 'tsconfig.json': 'another', 'src/big.ts': 'digest' }
    const { changes, left_out: leftOut } = await adopt(edited, true, large)
    expect(changes).toEqual([])
    expect(leftOut.map(({ file }) => file)).toEqual([
      'package.json',
      'src/big.ts',
      'src/operations.json',
      'tsconfig.json',
    ])
  })

  it.each([
    ['does not type-check', { 'src/shared/money.ts': 'export const currency: number = "EUR"\n' }, 'CODE_INVALID'],
    ['takes files from elsewhere', { 'src/shared/money.ts': "import '/etc/a.ts'\n" }, 'IMPORT_NOT_ALLOWED'],
    ['is no project', { 'package.json': '{"version":"2.0.0"}' }, 'ARGUMENTS_INVALID'],
  ])('is refused whole when it %s', async (_, changed, code) => {
    const before = await overlays()
    await expect(adopt({ ...(await open()).files, ...changed, 'MORE.md': 'x' })).rejects.toMatchObject({ code })
    expect(await overlays()).toEqual(before)
  })

  it('is of no server of another tenant', async () => {
    await expect(adopt(written, true, {}, BOB)).rejects.toMatchObject({ code: 'SERVER_UNKNOWN' })
  })
})

describe('a server that goes to another machine', () => {
  it('takes its changed files along, and brings none that may not be changed', async () => {
    const exported = await exportServer('till', tenants.services, ADA.tenantId, '1.0.0')
    expect(previewServer(exported)).toMatchObject({ files: 2 })
    const read = await readPortable(JSON.stringify(exported), tenants.services, ADA.tenantId, NEVER)
    const how = { tenantId: ADA.tenantId, signal: NEVER }
    await importServer(read, tenants.services, { ...how, name: 'copy' })
    const copy = await openProject('copy', tenants.services, ADA.tenantId, NEVER)
    expect([...copy.overlays.values()]).toEqual([...(await open()).overlays.values()])
    const setting = { path: 'tsconfig.json', text: '{"extends":"/etc/a.json"}', base: null }
    const evil = { ...exported, server: { ...exported.server, overlays: [setting] } }
    const importing = importServer(evil, tenants.services, { ...how, name: 'evil' })
    await expect(importing).rejects.toMatchObject({ code: 'FILE_NOT_ALLOWED' })
    await expect(openProject('evil', tenants.services, ADA.tenantId, NEVER)).rejects.toMatchObject({
      code: 'SERVER_UNKNOWN',
    })
  })
})

describe('what an overlay begins from', () => {
  it('is the same at every revision', async () => {
    const { definition } = await open()
    const later = { ...definition, revision: definition.revision + 5 }
    expect(emitFiles(later).bases).toEqual(emitFiles(definition).bases)
    expect(emitProject(later, projectSurroundings())['src/server.ts']).not.toBe(
      emitProject(definition, projectSurroundings())['src/server.ts'],
    )
  })
})
