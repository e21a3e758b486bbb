import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Config } from '../config/load-config.ts'
import { writePrivateFile } from '../config/private-file.ts'
import { MetaError } from '../errors/meta-error.ts'

const KEY_BYTES = 32

/**
 * The key that secrets are encrypted with: MCPWRIGHT_MASTER_KEY, or the file `master-key` (0600) of the home directory,
 * which is made at the first start.
 * @throws MetaError CONFIGURATION_INVALID when it is no 32 bytes in base64
 */
export function masterKey({ home, masterKey: given, databaseUrl }: Config): Uint8Array {
  if (given !== undefined) return decodeKey(given, 'MCPWRIGHT_MASTER_KEY')
  const file = path.join(home, 'master-key')
  const kept = readKey(file)
  if (kept !== undefined) return decodeKey(kept, `"${file}"`)
  if (databaseUrl !== undefined)
    console.error('MCPWRIGHT_MASTER_KEY is not set: secrets in PostgreSQL can be read by this home only.')
  const made = randomBytes(KEY_BYTES)
  writePrivateFile(file, `${made.toString('base64')}\n`)
  return made
}

function readKey(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    // A key that is there but cannot be read must not be replaced: everything under it would be lost.
    throw error
  }
}

function decodeKey(text: string, from: string): Uint8Array {
  const key = Buffer.from(text, 'base64')
  if (key.length === KEY_BYTES) return key
  throw new MetaError(
    'CONFIGURATION_INVALID',
    `${from} holds ${key.length} bytes; ${KEY_BYTES} in base64 are expected.`,
    'Make one with: openssl rand -base64 32',
  )
}
