import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lockDataDirectory } from '../../src/db/data-directory-lock.ts'
import { openDatabase } from '../../src/db/open-database.ts'
import { openPglite } from '../../src/db/pglite.ts'
import { LOCAL_TENANT } from '../../src/model/ids.ts'
import { mountSmallDisk } from './small-disk.ts'
import { temporaryDirectory } from './temporary-directory.ts'
import { ensureTestTemplate, TEST_TEMPLATES } from './test-pglite.ts'

const HOLDER = path.join(import.meta.dirname, 'hold-lock.ts')

beforeAll(ensureTestTemplate)

describe('the data directory', () => {
  it('has one owner; a second one is told so at once', async () => {
    await using directory = await temporaryDirectory()
    const lock = lockDataDirectory(directory.path)
    expect(() => lockDataDirectory(directory.path)).toThrow(
      expect.objectContaining({ code: 'DATA_DIRECTORY_LOCKED', message: expect.stringContaining(directory.path) }),
    )
    await lock[Symbol.asyncDispose]()
  })

  it('can be owned again after it was let go', async () => {
    await using directory = await temporaryDirectory()
    await lockDataDirectory(directory.path)[Symbol.asyncDispose]()
    const lock = lockDataDirectory(directory.path)
    await expect(lock[Symbol.asyncDispose]()).resolves.toBeUndefined()
  })

  it('is freed when its owner is killed', async () => {
    await using directory = await temporaryDirectory()
    const holder = fork(HOLDER, [directory.path], { execArgv: [] })
    await once(holder, 'message')
    expect(() => lockDataDirectory(directory.path)).toThrow(expect.objectContaining({ code: 'DATA_DIRECTORY_LOCKED' }))
    await killed(holder)
    const lock = lockDataDirectory(directory.path)
    await expect(lock[Symbol.asyncDispose]()).resolves.toBeUndefined()
  })
})

/** CPU time of this thread alone: a busy machine makes it wait, but not work. */
const usedMs = () => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}

describe('PGlite', () => {
  it('refuses a second opener and lets the first one work on', async () => {
    await using directory = await temporaryDirectory()
    const options = { directory: directory.path, templateFolders: [TEST_TEMPLATES] }
    const first = await openPglite(options)
    await expect(openPglite(options)).rejects.toMatchObject({ code: 'DATA_DIRECTORY_LOCKED' })
    await first.ping()
    await first.close()
  })

  it('is made from nothing where there is no template, and keeps its rows', async () => {
    await using directory = await temporaryDirectory()
    const options = { directory: directory.path, templateFolders: [] }
    const first = await openDatabase(options)
    await first.asSystem((sql) => sql.query('UPDATE tenants SET name = $1', ['kept']))
    await first.close()

    const second = await openDatabase(options)
    const rows = await second.as(LOCAL_TENANT, (sql) => sql.query('SELECT name FROM tenants'))
    await second.close()
    expect(rows).toEqual([{ name: 'kept' }])
  })

  it('makes again what a death has left half-made', async () => {
    await using directory = await temporaryDirectory()
    await mkdir(path.join(directory.path, 'pglite', 'base'), { recursive: true })
    await writeFile(path.join(directory.path, 'pglite', 'PG_VERSION'), '18\n')
    const db = await openPglite({ directory: directory.path, templateFolders: [TEST_TEMPLATES] })
    await expect(db.ping()).resolves.toBeUndefined()
    await db.close()
  })

  it('keeps what was committed when its process is killed', async () => {
    await using directory = await temporaryDirectory()
    const writer = fork(path.join(import.meta.dirname, 'write-rows.ts'), [directory.path, TEST_TEMPLATES], {
      execArgv: [],
    })
    let committed = 0
    await new Promise<void>((resolve) => {
      writer.on('message', (count) => {
        committed = Number(count)
        if (committed >= 30) resolve()
      })
    })
    await killed(writer)

    const db = await openPglite({ directory: directory.path, templateFolders: [TEST_TEMPLATES] })
    const [row] = await db.asSystem((sql) => sql.query<{ count: number }>('SELECT count(*) FROM audit_events'))
    await db.close()
    expect(row?.count).toBeGreaterThanOrEqual(committed)
  })

  it('leaves the event loop free while it opens and writes megabytes', async () => {
    await using directory = await temporaryDirectory()
    let longestMs = 0
    let last = usedMs()
    const timer = setInterval(() => {
      longestMs = Math.max(longestMs, usedMs() - last)
      last = usedMs()
    }, 5)
    const db = await openPglite({ directory: directory.path, templateFolders: [TEST_TEMPLATES] })
    const bytes = new Uint8Array(5_000_000)
    await db.as(LOCAL_TENANT, (sql) =>
      sql.query('INSERT INTO source_texts (tenant_id, digest, content) VALUES ($1, $2, $3)', [
        LOCAL_TENANT,
        'd',
        bytes,
      ]),
    )
    await db.close()
    clearInterval(timer)
    // The same work on this thread takes a second and more.
    expect(longestMs).toBeLessThan(300)
  })
})

const disk = await mountSmallDisk(90)

describe.skipIf(disk === undefined)('PGlite on a full disk', () => {
  afterAll(() => disk?.[Symbol.asyncDispose]())

  it('says DISK_FULL, changes nothing, and works and listens again when there is space', async () => {
    const directory = path.join(disk?.folder ?? '', 'home')
    const db = await openPglite({ directory, templateFolders: [TEST_TEMPLATES] })
    const { promise: heard, resolve: hear } = Promise.withResolvers<string>()
    await db.listen('after', hear)
    await disk?.fill(10_000_000)
    const fill = db.as(LOCAL_TENANT, async (sql) => {
      for (let index = 0; index < 40; index++) {
        await sql.query('INSERT INTO source_texts (tenant_id, digest, content) VALUES ($1, $2, $3)', [
          LOCAL_TENANT,
          `digest-${index}`,
          new Uint8Array(2_000_000).fill(index),
        ])
      }
    })
    await expect(fill).rejects.toMatchObject({ code: 'DISK_FULL', fix: expect.stringContaining('MCPWRIGHT_HOME') })
    await disk?.empty()
    const rows = await db.as(LOCAL_TENANT, (sql) => sql.query('SELECT digest FROM source_texts'))
    await db.notify('after', 'still here')
    expect(await heard).toBe('still here')
    await db.close()
    expect(rows).toEqual([])
  })
})

async function killed(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}
