import { createHash, randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Config } from '../config/load-config.ts'
import { writePrivateFile } from '../config/private-file.ts'
import { MetaError } from '../errors/meta-error.ts'

const KEY_BYTES = 32

/** A key that secrets are encrypted with. */
export interface MasterKey {
  /** Made from the key, and telling nothing of it; stored with each row. */
  readonly id: string
  readonly bytes: Uint8Array
}

/** The master keys of this home: the newest encrypts, all of them decrypt. */
export interface Keyring {
  current(): MasterKey
  /** undefined for a key that is not known here */
  find(id: string): MasterKey | undefined
  /** Whether rows may still be under an earlier key. */
  hasEarlier(): boolean
  /**
   * Makes a new key the current one, durably, before anything is encrypted with it.
   * @throws MetaError CONFIGURATION_INVALID when the keys are given by the environment: a person changes them there
   */
  addKey(): void
  /** Forgets earlier keys that no row is under; those of the environment stay until a person takes them out. */
  forgetUnused(usedIds: ReadonlySet<string>): void
}

/**
 * The keys of MCPWRIGHT_MASTER_KEY (the newest first, with commas between them), or of the file `master-key` (0600, one
 * on each line) in the home directory, which is made at the first start.
 * @throws MetaError CONFIGURATION_INVALID when one is no 32 bytes in base64
 */
export function openKeyring({ home, masterKey: given, databaseUrl }: Config): Keyring {
  if (given !== undefined) return keyringOf(readKeys(given.split(','), 'MCPWRIGHT_MASTER_KEY'))
  const file = path.join(home, 'master-key')
  const save = (keys: readonly MasterKey[]) => writeKeys(file, keys)
  const kept = readText(file)
  if (kept !== undefined) return keyringOf(readKeys(kept.split('\n'), `"${file}"`), save)
  if (databaseUrl !== undefined)
    console.error('MCPWRIGHT_MASTER_KEY is not set: secrets in PostgreSQL can be read by this home only.')
  const first = [newKey()] as const
  save(first)
  return keyringOf(first, save)
}

type Keys = readonly [MasterKey, ...MasterKey[]]

/** @param save  absent: the keys can't be changed from here */
export function keyringOf(given: Keys, save?: (keys: readonly MasterKey[]) => void): Keyring {
  let keys = given
  return {
    current: () => keys[0],
    find: (id) => keys.find((key) => key.id === id),
    hasEarlier: () => keys.length > 1,
    addKey() {
      if (!save) throw givenByEnvironment()
      const more: Keys = [newKey(), ...keys]
      save(more)
      keys = more
    },
    forgetUnused(usedIds) {
      const [current, ...earlier] = keys
      const rest: Keys = [current, ...earlier.filter(({ id }) => usedIds.has(id))]
      if (!save || rest.length === keys.length) return
      save(rest)
      keys = rest
    },
  }
}

/** @param bytes  32 of them */
export function toMasterKey(bytes: Uint8Array): MasterKey {
  const id = createHash('sha256').update('mcpwright key id\0').update(bytes).digest('hex').slice(0, 16)
  return { id, bytes }
}

function newKey(): MasterKey {
  return toMasterKey(randomBytes(KEY_BYTES))
}

/** On the disk before it is used: a key that a crash took along would take every secret under it along. */
function writeKeys(file: string, keys: readonly MasterKey[]): void {
  writePrivateFile(file, keys.map(({ bytes }) => `${Buffer.from(bytes).toString('base64')}\n`).join(''))
  const written = openSync(file, 'r+')
  fsyncSync(written)
  closeSync(written)
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    // A key that is there but cannot be read must not be replaced: everything under it would be lost.
    throw error
  }
}

function readKeys(texts: readonly string[], from: string): Keys {
  const written = texts.map((text) => text.trim()).filter((text) => text !== '')
  const [current, ...earlier] = written.map((text) => decodeKey(text, from))
  return [current ?? decodeKey('', from), ...earlier]
}

function decodeKey(text: string, from: string): MasterKey {
  const key = Buffer.from(text, 'base64')
  if (key.length === KEY_BYTES) return toMasterKey(key)
  throw new MetaError(
    'CONFIGURATION_INVALID',
    `${from} holds ${key.length} bytes; ${KEY_BYTES} in base64 are expected.`,
    'Make one with: openssl rand -base64 32',
  )
}

function givenByEnvironment(): MetaError {
  return new MetaError(
    'CONFIGURATION_INVALID',
    'The master key is given by MCPWRIGHT_MASTER_KEY, which holds no second one.',
    'Set it to "<new key>,<old key>", start mcpwright again, and then rotate; after that the old one can go.',
  )
}
