import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import type { Config } from '../config/load-config.ts'
import type { DaemonId } from '../model/ids.ts'
import { writePrivateFile } from '../config/private-file.ts'
import type { Listening } from './listen.ts'

/** What a daemon tells about itself in `daemon.json` (0600) once it listens. */
export interface DaemonRecord extends Listening {
  readonly pid: number
  /** Callers of the meta server send it as a bearer token. */
  readonly token: string
  readonly version: string
  /** Of the settings that doors and daemon must share. */
  readonly configDigest: string
}

export function readDaemonRecord(home: string): DaemonRecord | undefined {
  try {
    const record: DaemonRecord = JSON.parse(readFileSync(daemonFile(home), 'utf8'))
    return record
  } catch {
    // Missing, or being replaced at this moment: either way no daemon can be reached by it.
    return undefined
  }
}

export function writeDaemonRecord(home: string, record: DaemonRecord): void {
  writePrivateFile(daemonFile(home), `${JSON.stringify(record, null, 2)}\n`)
}

/** Takes the record away, unless another daemon has written its own meanwhile. */
export function removeDaemonRecord(home: string, pid: number): void {
  if (readDaemonRecord(home)?.pid === pid) rmSync(daemonFile(home), { force: true })
}

/** Whether a daemon has ever been started for a home. */
export function isInUse(home: string): boolean {
  return existsSync(path.join(home, 'token'))
}

/** The token stays the same over restarts, so that clients' configurations do. */
export function ownerToken(home: string): string {
  const file = path.join(home, 'token')
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    const token = randomBytes(32).toString('base64url')
    writePrivateFile(file, `${token}\n`)
    return token
  }
}

/** This home's daemon, the same after every restart. */
export function ownDaemonId(home: string): DaemonId {
  const file = path.join(home, 'daemon-id')
  // The file holds what this function wrote: a UUID.
  try {
    return readFileSync(file, 'utf8').trim() as DaemonId
  } catch {
    const id = randomUUID() as DaemonId
    writePrivateFile(file, `${id}\n`)
    return id
  }
}

/** Differs where a door and a daemon would not mean the same data. */
export function digestOfConfig({ databaseUrl }: Config): string {
  return createHash('sha256')
    .update(databaseUrl ?? 'pglite')
    .digest('hex')
    .slice(0, 16)
}

function daemonFile(home: string): string {
  return path.join(home, 'daemon.json')
}
