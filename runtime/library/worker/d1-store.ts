import { entriesLimit } from '../server/memory-store.ts'
import type { KeyValueStore } from '../tool-context.ts'
import type { D1Database } from './platform.ts'

/** Of the values that tools keep. */
const VALUES = 'mcp_values'
/** Keys that `list` reads in one go. */
const LIST_PAGE = 1_000

/**
 * Values in a table of D1, which is made at its first use; as JSON texts, which `compareAndSet` compares. Each call is
 * one statement, and so takes effect as a whole.
 * @throws Error of D1, as for a value of more than 2 MB
 */
export function d1Store(database: D1Database, table = VALUES): KeyValueStore {
  async function run(sql: string, ...values: readonly (string | number)[]): Promise<readonly Row[]> {
    const ask = async () =>
      (
        await database
          .prepare(sql)
          .bind(...values)
          .all<Row>()
      ).results
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof Error) || !error.message.includes(`no such table: ${table}`)) throw error
      await database
        .prepare(`CREATE TABLE IF NOT EXISTS ${table} (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID`)
        .bind()
        .all()
      return ask()
    }
  }

  /** @param columns  `key`, or `key, value` */
  const page = (columns: string, prefix: string, after: string, limit: number) =>
    run(
      `SELECT ${columns} FROM ${table} WHERE key >= ?1 AND key < ?1 || char(1114111) AND key > ?2 ORDER BY key LIMIT ?3`,
      prefix,
      after,
      limit,
    )

  return {
    async get(key) {
      const [row] = await run(`SELECT value FROM ${table} WHERE key = ?1`, key)
      return JSON.parse(row?.value ?? 'null') as unknown
    },
    async set(key, value) {
      const text = JSON.stringify(value ?? null)
      await run(
        `INSERT INTO ${table} VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
        key,
        text,
      )
    },
    async delete(key) {
      await run(`DELETE FROM ${table} WHERE key = ?1`, key)
    },
    async list(prefix = '') {
      const keys: string[] = []
      for (let isMore = true; isMore;) {
        const rows = await page('key', prefix, keys.at(-1) ?? '', LIST_PAGE)
        keys.push(...rows.map(({ key }) => key))
        isMore = rows.length === LIST_PAGE
      }
      return keys
    },
    async compareAndSet(key, expected, value) {
      const [was, becomes] = [JSON.stringify(expected ?? null), JSON.stringify(value ?? null)]
      const changed =
        was === 'null'
          ? await run(
              `INSERT INTO ${table} VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE value = 'null' RETURNING key`,
              key,
              becomes,
            )
          : await run(`UPDATE ${table} SET value = ?2 WHERE key = ?1 AND value = ?3 RETURNING key`, key, becomes, was)
      return changed.length > 0
    },
    async entries(prefix = '', asked = {}) {
      const rows = await page('key, value', prefix, asked.after ?? '', entriesLimit(asked))
      return rows.map(({ key, value }) => ({ key, value: JSON.parse(value) as unknown }))
    },
  }
}

interface Row {
  readonly key: string
  readonly value: string
}
