import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'
import type { Sql } from '../db/db.ts'
import { MetaError } from '../errors/meta-error.ts'
import type { ServerId, TenantId } from '../model/ids.ts'

/** Where a secret belongs: one server, one name, one host as `host` or `host:port`. */
export interface SecretPlace {
  readonly tenantId: TenantId
  readonly serverId: ServerId
  readonly name: string
  readonly host: string
}

/** What may be told about a secret. */
export interface SecretEntry {
  readonly name: string
  readonly host: string
  readonly updatedAt: Date
}

/** Secrets of servers, encrypted at rest. A value leaves it for the host it is bound to, and for no other. */
export interface Vault {
  /** Stores or replaces the value for this place. */
  setSecret(sql: Sql, place: SecretPlace, value: string): Promise<void>
  /**
   * @returns undefined when no value was entered for this very host
   * @throws MetaError CONFIGURATION_INVALID when it was stored with another master key, or was tampered with
   */
  readSecret(sql: Sql, place: SecretPlace): Promise<string | undefined>
  /**
   * A key for one purpose and one subject, the same each time, as 64 hex digits. It tells nothing of the master key
   * (HKDF, RFC 5869), so it may leave this process.
   */
  deriveKey(purpose: 'request-state', subject: string): string
  /** @returns whether there was one */
  removeSecret(sql: Sql, place: SecretPlace): Promise<boolean>
}

interface SecretRow {
  key_id: string
  nonce: Uint8Array
  ciphertext: Uint8Array
}

const CIPHER = 'aes-256-gcm'
/** NIST SP 800-38D, section 8.2: 96 bits; random ones are safe for 2^32 values under one key. */
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** @param masterKey  32 bytes that are stored elsewhere than the database */
export function createVault(masterKey: Uint8Array): Vault {
  if (masterKey.length !== 32) throw new Error('The master key has to have 32 bytes.')
  const keyId = createHash('sha256').update('mcpwright key id\0').update(masterKey).digest('hex').slice(0, 16)
  return {
    async setSecret(sql, place, value) {
      await upsertSecretRow(sql, place, { key_id: keyId, ...encrypt(masterKey, keyId, place, value) })
    },
    async readSecret(sql, place) {
      const row = await findSecretRow(sql, place)
      if (row === undefined) return undefined
      if (row.key_id !== keyId) throw unreadable(place, 'it was stored with another master key')
      return decrypt(masterKey, place, row)
    },
    deriveKey: (purpose, subject) =>
      Buffer.from(hkdfSync('sha256', masterKey, '', JSON.stringify(['mcpwright', purpose, subject]), 32)).toString(
        'hex',
      ),
    removeSecret: deleteSecretRow,
  }
}

/** Names and hosts of what was entered for a server; needs no key. */
export async function listSecretNames(
  sql: Sql,
  tenantId: TenantId,
  serverId: ServerId,
): Promise<readonly SecretEntry[]> {
  const rows = await sql.query<{ name: string; host: string; updated_at: Date }>(
    'SELECT name, host, updated_at FROM secrets WHERE tenant_id = $1 AND server_id = $2 ORDER BY name, host',
    [tenantId, serverId],
  )
  return rows.map(({ name, host, updated_at: updatedAt }) => ({ name, host, updatedAt }))
}

function encrypt(key: Uint8Array, keyId: string, place: SecretPlace, value: string): Omit<SecretRow, 'key_id'> {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(boundTo(place, keyId))
  return { nonce, ciphertext: Buffer.concat([cipher.update(value, 'utf8'), cipher.final(), cipher.getAuthTag()]) }
}

function decrypt(key: Uint8Array, place: SecretPlace, { key_id: keyId, nonce, ciphertext }: SecretRow): string {
  const text = ciphertext.subarray(0, -TAG_BYTES)
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
    .setAAD(boundTo(place, keyId))
    .setAuthTag(ciphertext.subarray(-TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8')
  } catch (error) {
    throw unreadable(place, 'its row was changed outside of mcpwright', error)
  }
}

/** A row that is copied to another tenant, server, name or host does not decrypt there. */
function boundTo({ tenantId, serverId, name, host }: SecretPlace, keyId: string): Buffer {
  return Buffer.from(JSON.stringify([keyId, tenantId, serverId, name, host]))
}

function unreadable({ name, host }: SecretPlace, reason: string, cause?: unknown): MetaError {
  return new MetaError(
    'CONFIGURATION_INVALID',
    `The secret "${name}" for "${host}" can't be read: ${reason}.`,
    'Start mcpwright with the key it was stored with, or enter the secret again.',
    { cause },
  )
}

async function upsertSecretRow(sql: Sql, place: SecretPlace, row: SecretRow): Promise<void> {
  await sql.query(
    `INSERT INTO secrets (tenant_id, server_id, name, host, key_id, nonce, ciphertext)
     VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (tenant_id, server_id, name, host) DO UPDATE
     SET key_id = excluded.key_id, nonce = excluded.nonce, ciphertext = excluded.ciphertext, updated_at = now()`,
    [place.tenantId, place.serverId, place.name, place.host, row.key_id, row.nonce, row.ciphertext],
  )
}

async function findSecretRow(sql: Sql, place: SecretPlace): Promise<SecretRow | undefined> {
  const [row] = await sql.query<SecretRow>(
    `SELECT key_id, nonce, ciphertext FROM secrets
     WHERE tenant_id = $1 AND server_id = $2 AND name = $3 AND host = $4`,
    [place.tenantId, place.serverId, place.name, place.host],
  )
  return row
}

async function deleteSecretRow(sql: Sql, place: SecretPlace): Promise<boolean> {
  const rows = await sql.query(
    'DELETE FROM secrets WHERE tenant_id = $1 AND server_id = $2 AND name = $3 AND host = $4 RETURNING name',
    [place.tenantId, place.serverId, place.name, place.host],
  )
  return rows.length > 0
}
