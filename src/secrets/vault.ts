import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import type { Sql } from '../db/db.ts'
import { MetaError } from '../errors/meta-error.ts'
import type { ServerId, TenantId } from '../model/ids.ts'
import type { Keyring, MasterKey } from './keyring.ts'

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
  deriveKey(purpose: 'request-state' | 'confirmation', subject: string): string
  /** Has `noteValue` hear of every value that can be read, of all tenants: run it with `asSystem`. */
  noteAll(sql: Sql): Promise<void>
  /** @returns whether there was one */
  removeSecret(sql: Sql, place: SecretPlace): Promise<boolean>
  /**
   * Puts the next rows that are under an earlier key under the current one. Over all tenants: run it with `asSystem`.
   * @param after  `last` of the answer before
   */
  reencrypt(sql: Sql, limit: number, after?: string): Promise<ReencryptedRows>
}

export interface ReencryptedRows {
  readonly rotated: number
  /** Under a key that is not known here, or tampered with: left as they are. */
  readonly unreadable: number
  /** Where to go on; absent after the last row. */
  readonly last?: string
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

/**
 * @param keyring  keys that are stored elsewhere than the database
 * @param noteValue  hears of every value that passes in the clear
 */
export function createVault(
  keyring: Keyring,
  noteValue: (place: SecretPlace, value: string) => void = () => {},
): Vault {
  return {
    async setSecret(sql, place, value) {
      noteValue(place, value)
      await upsertSecretRow(sql, place, encrypt(keyring.current(), place, value))
    },
    async readSecret(sql, place) {
      const row = await findSecretRow(sql, place)
      if (!row) return undefined
      const value = open(keyring, place, row)
      noteValue(place, value)
      return value
    },
    deriveKey: (purpose, subject) => {
      const info = JSON.stringify(['mcpwright', purpose, subject])
      return Buffer.from(hkdfSync('sha256', keyring.current().bytes, '', info, 32)).toString('hex')
    },
    async noteAll(sql) {
      for (const { place, row } of await listRows(sql)) {
        const value = tryOpen(keyring, place, row)
        if (value !== undefined) noteValue(place, value)
      }
    },
    removeSecret: deleteSecretRow,
    reencrypt: (sql, limit, after) => reencryptRows(sql, keyring, limit, after),
  }
}

async function reencryptRows(sql: Sql, keyring: Keyring, limit: number, after?: string): Promise<ReencryptedRows> {
  const current = keyring.current()
  const rows = await lockRowsOfOtherKeys(sql, current.id, limit, after)
  let rotated = 0
  for (const { place, row } of rows) {
    const value = tryOpen(keyring, place, row)
    if (value === undefined) continue
    await upsertSecretRow(sql, place, encrypt(current, place, value))
    rotated++
  }
  const last = rows.length === limit ? rows.at(-1)?.position : undefined
  return { rotated, unreadable: rows.length - rotated, ...(last !== undefined && { last }) }
}

/** Every key that a row is under. Over all tenants: run it with `asSystem`. */
export async function listKeyIds(sql: Sql): Promise<ReadonlySet<string>> {
  const rows = await sql.query<{ key_id: string }>('SELECT DISTINCT key_id FROM secrets')
  return new Set(rows.map(({ key_id: id }) => id))
}

/** Which server of the tenant has a secret for this place: this one before others, then the newest. */
export async function findSecretHolder(
  sql: Sql,
  { tenantId, serverId, name, host }: SecretPlace,
): Promise<ServerId | undefined> {
  const [row] = await sql.query<{ server_id: ServerId }>(
    `SELECT server_id FROM secrets WHERE tenant_id = $1 AND name = $2 AND host = $3
     ORDER BY server_id = $4 DESC, updated_at DESC LIMIT 1`,
    [tenantId, name, host, serverId],
  )
  return row?.server_id
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

function encrypt({ id, bytes }: MasterKey, place: SecretPlace, value: string): SecretRow {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(CIPHER, bytes, nonce).setAAD(boundTo(place, id))
  const ciphertext = Buffer.concat([cipher.update(value, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return { key_id: id, nonce, ciphertext }
}

/** @throws MetaError CONFIGURATION_INVALID */
function open(keyring: Keyring, place: SecretPlace, { key_id: keyId, nonce, ciphertext }: SecretRow): string {
  const key = keyring.find(keyId)
  if (!key) throw unreadable(place, 'it was stored with another master key')
  const text = ciphertext.subarray(0, -TAG_BYTES)
  const decipher = createDecipheriv(CIPHER, key.bytes, nonce, { authTagLength: TAG_BYTES })
    .setAAD(boundTo(place, keyId))
    .setAuthTag(ciphertext.subarray(-TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8')
  } catch (error) {
    throw unreadable(place, 'its row was changed outside of mcpwright', error)
  }
}

function tryOpen(keyring: Keyring, place: SecretPlace, row: SecretRow): string | undefined {
  try {
    return open(keyring, place, row)
  } catch (error) {
    if (error instanceof MetaError) return undefined
    throw error
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

interface PlacedRow extends SecretRow {
  tenant_id: TenantId
  server_id: ServerId
  name: string
  host: string
  position: string
}

/** Locked, so that a value which is entered meanwhile is not overwritten with the one before it. */
async function lockRowsOfOtherKeys(
  sql: Sql,
  keyId: string,
  limit: number,
  after = '',
): Promise<readonly { readonly place: SecretPlace; readonly row: SecretRow; readonly position: string }[]> {
  const rows = await sql.query<PlacedRow>(
    `SELECT *, concat_ws(' ', tenant_id, server_id, name, host) AS position FROM secrets
     WHERE key_id <> $1 AND concat_ws(' ', tenant_id, server_id, name, host) COLLATE "C" > $2
     ORDER BY concat_ws(' ', tenant_id, server_id, name, host) COLLATE "C" LIMIT $3 FOR UPDATE`,
    [keyId, after, limit],
  )
  return rows.map((row) => ({ ...placed(row), position: row.position }))
}

async function listRows(sql: Sql): Promise<readonly { readonly place: SecretPlace; readonly row: SecretRow }[]> {
  return (await sql.query<PlacedRow>('SELECT * FROM secrets')).map(placed)
}

function placed({ tenant_id: tenantId, server_id: serverId, name, host, ...row }: Omit<PlacedRow, 'position'>) {
  return { place: { tenantId, serverId, name, host }, row }
}

async function deleteSecretRow(sql: Sql, place: SecretPlace): Promise<boolean> {
  const rows = await sql.query(
    'DELETE FROM secrets WHERE tenant_id = $1 AND server_id = $2 AND name = $3 AND host = $4 RETURNING name',
    [place.tenantId, place.serverId, place.name, place.host],
  )
  return rows.length > 0
}
