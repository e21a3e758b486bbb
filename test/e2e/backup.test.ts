import { execFile } from 'node:child_process'
import { copyFile, readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { gunzipSync, gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { readMigrations } from '../../src/db/migrations.ts'
import { call } from './call.ts'
import { startLibraryApi } from './library-api.ts'
import { launcher, openTestHome, type TestHome } from './test-home.ts'

const SECRET = 'correct-horse-battery'

function cli(home: TestHome, words: readonly string[], input = ''): Promise<{ stdout: string }> {
  const running = promisify(execFile)(process.execPath, [launcher, ...words], { env: home.environment })
  running.child.stdin?.end(input)
  return running
}

it('is restored in an empty home with versions, history and secrets, which stay encrypted without the key', async () => {
  await using api = await startLibraryApi()
  await using home = await openTestHome({ MCPWRIGHT_ALLOW_LOCAL: api.host })
  const first = await home.connect()
  await call(first, 'init_server', { name: 'library', description: 'Books.' })
  const content = { server: 'library', content: api.description, base_url: `http://${api.host}` }
  await call(first, 'import_openapi', { ...content, preview: false, select: { all: true } })
  await cli(home, ['secret', 'set', 'LIBRARY_TOKEN', '--server', 'library', '--host', api.host], SECRET)
  await call(first, 'deploy', { server: 'library' })
  const file = path.join(home.folder, 'all.backup')
  expect((await cli(home, ['backup', file])).stdout).toContain('the key is not in it')
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  const text = gunzipSync(await readFile(file)).toString()
  expect(text).toContain('"library"')
  expect(text).not.toContain(SECRET)
  await expect(cli(home, ['backup', file])).rejects.toMatchObject({ stderr: expect.stringContaining('--force') })

  await using other = await openTestHome({ MCPWRIGHT_ALLOW_LOCAL: api.host })
  await cli(other, ['restore', file])
  const second = await other.connect()
  const { data } = await call(second, 'get_server', { server: 'library', include: ['versions', 'secrets'] })
  expect(data).toMatchObject({ status: 'running', versions: [{ version: 1, runs_on: ['local'] }] })
  expect(data['secrets']).toMatchObject([{ name: 'LIBRARY_TOKEN', set: false }])
  await cli(other, ['stop'])
  await copyFile(path.join(home.folder, 'master-key'), path.join(other.folder, 'master-key'))
  const third = await other.connect()
  const found = await call(third, 'read_tool', { server: 'library', tool: 'list_books' })
  expect(found.isError).toBe(false)
  expect((await call(third, 'get_server', { server: 'library', include: ['secrets'] })).data['secrets']).toMatchObject([
    { name: 'LIBRARY_TOKEN', set: true },
  ])

  // One server goes to another machine as a file, without what belongs to this one.
  const exported = path.join(home.folder, 'library.json')
  await cli(home, ['export', 'library', exported])
  expect(await readFile(exported, 'utf8')).not.toContain(SECRET)
  const refused = cli(other, ['import', exported, '--yes'])
  await expect(refused).rejects.toMatchObject({ stderr: expect.stringContaining('SERVER_NAME_TAKEN') })
  const added = await cli(other, ['import', exported, '--name', 'second', '--yes'])
  expect(added.stdout).toContain(`It may reach: ${api.host}.\nIt asks for: LIBRARY_TOKEN.`)
  expect(added.stdout).toContain('Next: mcpwright secret set LIBRARY_TOKEN --server second')
  const copy = await call(third, 'get_server', { server: 'second', include: ['tools'] })
  expect(copy.data['tools']).toEqual(
    (await call(third, 'get_server', { server: 'library', include: ['tools'] })).data['tools'],
  )
  const damaged = path.join(home.folder, 'damaged.json')
  await writeFile(damaged, (await readFile(exported, 'utf8')).replace('"effect": "read"', '"effect": "reed"'))
  const broken = cli(other, ['import', damaged, '--name', 'third', '--yes'])
  await expect(broken).rejects.toMatchObject({ stderr: expect.stringContaining('server.tools.0.effect') })

  // Data that are there are replaced only when that is said, and are kept.
  await expect(cli(other, ['restore', file])).rejects.toMatchObject({ stderr: expect.stringContaining('--yes') })
  expect((await cli(other, ['restore', file, '--yes'])).stdout).toContain('What was there is in ')
  const later = path.join(home.folder, 'later.backup')
  const known = `"schema":${readMigrations().length}`
  await writeFile(later, gzipSync(text.replace(known, '"schema":9999')))
  await expect(cli(other, ['restore', later, '--yes'])).rejects.toMatchObject({
    stderr: expect.stringContaining('9999'),
  })
}, 120_000)
