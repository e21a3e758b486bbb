import type { Db } from '../db/db.ts'
import type { Keyring } from './keyring.ts'
import { listKeyIds, type Vault } from './vault.ts'

export interface Rotation {
  /** Encrypted anew by this run. */
  readonly rotated: number
  /** Rows that no known key opens; they stay as they are. */
  readonly unreadable: number
}

/** Small enough that calls between two of them hardly wait. */
const ROWS_AT_ONCE = 100

/**
 * Encrypts the secrets of all tenants with a new master key. Whatever interrupts it, every row is readable: the new key
 * is kept beside the old one until no row needs that. The next run, or the next start, goes on with the same key.
 * @throws MetaError CONFIGURATION_INVALID when the environment gives the key, and no new one beside it
 */
export async function rotateSecrets(db: Db, vault: Vault, keyring: Keyring): Promise<Rotation> {
  if (!keyring.hasEarlier()) keyring.addKey()
  return finishRotation(db, vault, keyring)
}

/** Goes on with a rotation that was interrupted; does nothing when there is none. */
export async function finishRotation(db: Db, vault: Vault, keyring: Keyring): Promise<Rotation> {
  const total = { rotated: 0, unreadable: 0 }
  if (!keyring.hasEarlier()) return total
  for (let after: string | undefined; ;) {
    const batch = await db.asSystem((sql) => vault.reencrypt(sql, ROWS_AT_ONCE, after))
    total.rotated += batch.rotated
    total.unreadable += batch.unreadable
    after = batch.last
    if (after === undefined) break
  }
  keyring.forgetUnused(await db.asSystem(listKeyIds))
  return total
}
