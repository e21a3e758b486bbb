import { createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { writeBackup } from '../db/write-backup.ts'
import type { TenantId } from '../model/ids.ts'
import type { Services } from './services.ts'

/**
 * Writes all that a tenant has, as it is at one moment, into a new private file.
 * @returns the file; the caller moves it away
 */
export async function backUp(
  { db, config }: Pick<Services, 'db' | 'config'>,
  tenantId: TenantId,
  about: { readonly mcpwright: string; readonly at: Date },
): Promise<string> {
  const folder = path.join(config.home, 'backups')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const file = path.join(folder, `${about.at.getTime()}.gz`)
  try {
    await db.asSystem(async (sql) => {
      const lines = Readable.from(writeBackup(sql, tenantId, about))
      await pipeline(lines, createGzip(), createWriteStream(file, { mode: 0o600, flags: 'wx' }))
    })
  } catch (error) {
    await rm(file, { force: true })
    throw error
  }
  return file
}
