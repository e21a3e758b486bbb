import { cp, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { migrationsFolder, readMigrations } from '../../src/db/migrations.ts'
import { openPglite } from '../../src/db/pglite.ts'
import { putBackCopy } from '../../src/db/put-back-copy.ts'
import { LOCAL_TENANT } from '../../src/model/ids.ts'
import { temporaryDirectory } from './temporary-directory.ts'
import { ensureTestTemplate, TEST_TEMPLATES } from './test-pglite.ts'

beforeAll(ensureTestTemplate)

it('copies the data before its schema changes, so that the version before can be gone back to', async () => {
  await using home = await temporaryDirectory()
  const directory = path.join(home.path, 'database')
  const newer = path.join(home.path, 'migrations')
  const known = readMigrations().length
  await cp(migrationsFolder(), newer, { recursive: true })
  await writeFile(
    path.join(newer, `${String(known + 1).padStart(4, '0')}_next.sql`),
    'ALTER TABLE tenants ADD later text;',
  )
  const open = (migrations = migrationsFolder()) =>
    openPglite({ directory, templateFolders: [TEST_TEMPLATES], migrations })
  const name = async (migrations?: string, change?: string) => {
    await using resources = new AsyncDisposableStack()
    const db = await open(migrations)
    resources.defer(() => db.close())
    if (change !== undefined) await db.asSystem((sql) => sql.query('UPDATE tenants SET name = $1', [change]))
    const [row] = await db.as(LOCAL_TENANT, (sql) => sql.query<{ name: string }>('SELECT name FROM tenants'))
    return row?.name
  }
  const copies = () => readdir(path.join(home.path, 'upgrades')).catch(() => [])

  await name(undefined, 'before')
  await name(newer, 'after')
  const whole = expect.stringMatching(new RegExp(`^\\d{8}-\\d{6}-schema-${known}$`))
  expect(await copies()).toEqual([whole])

  const [copy = ''] = await copies()
  await expect(name(undefined)).rejects.toMatchObject({
    code: 'SCHEMA_NEWER',
    fix: expect.stringContaining('put back'),
  })
  const replaced = await putBackCopy(directory, path.join(home.path, 'upgrades', copy), new Date())
  expect(await name(undefined)).toBe('before')
  // Nothing is lost by going back: the newer data waits, and goes forward again.
  await putBackCopy(directory, replaced ?? '', new Date(Date.now() + 5_000))
  expect(await name(newer)).toBe('after')
  // Nothing changes any more, and nothing is copied.
  expect((await copies()).filter((each) => each.includes('-schema-'))).toEqual([whole])
  await expect(putBackCopy(directory, home.path, new Date())).rejects.toMatchObject({ code: 'ARGUMENTS_INVALID' })
})
