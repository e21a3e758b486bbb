import type { ObjectStorage } from '../platform.ts'

/**
 * What a session must know again after its object was out of memory. Nothing is written before it begins: an object
 * that was asked for by mistake leaves nothing behind.
 */
export interface SessionRecord {
  /** Who began it; undefined: there is no such session. */
  caller(): string | undefined
  begin(caller: string): void
  /** The messages that made the server what it is to this client, in their order. */
  setup(): readonly object[]
  /** Takes the place of an earlier one of that name. */
  keepSetup(name: string, message: object): void
  subscribe(uri: string): void
  unsubscribe(uri: string): void
  isSubscribed(uri: string): boolean
}

export function sessionRecord({ sql }: Pick<ObjectStorage, 'sql'>): SessionRecord {
  const hasBegun = () => sql.exec(`SELECT 1 FROM sqlite_master WHERE name = 'session'`).toArray().length > 0
  return {
    caller() {
      if (!hasBegun()) return undefined
      return sql.exec<{ caller: string }>('SELECT caller FROM session').toArray()[0]?.caller
    },
    begin(caller) {
      sql.exec('CREATE TABLE IF NOT EXISTS session (caller TEXT)')
      sql.exec('CREATE TABLE IF NOT EXISTS setup (name TEXT PRIMARY KEY, message TEXT)')
      sql.exec('CREATE TABLE IF NOT EXISTS subscriptions (uri TEXT PRIMARY KEY)')
      sql.exec('DELETE FROM session')
      sql.exec('INSERT INTO session VALUES (?)', caller)
    },
    setup() {
      const rows = sql.exec<{ message: string }>('SELECT message FROM setup ORDER BY rowid').toArray()
      return rows.map(({ message }) => JSON.parse(message) as object)
    },
    keepSetup(name, message) {
      sql.exec('INSERT OR REPLACE INTO setup VALUES (?, ?)', name, JSON.stringify(message))
    },
    subscribe: (uri) => void sql.exec('INSERT OR IGNORE INTO subscriptions VALUES (?)', uri),
    unsubscribe: (uri) => void sql.exec('DELETE FROM subscriptions WHERE uri = ?', uri),
    isSubscribed: (uri) => sql.exec('SELECT 1 FROM subscriptions WHERE uri = ?', uri).toArray().length > 0,
  }
}
