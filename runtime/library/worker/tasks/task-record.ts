import type { KeptTask } from '../../server/tasks.ts'
import type { ObjectStorage } from '../platform.ts'

/** The task that an object keeps. Nothing is written before there is one: most calls end within their request. */
export interface TaskRecord {
  read(): (KeptTask & { readonly caller: string }) | undefined
  /** @param caller  who began it */
  keep(task: KeptTask, caller: string): void
}

/** A value of SQLite may have two megabytes there, and a result more. */
const PART_BYTES = 1_000_000

export function taskRecord(storage: Pick<ObjectStorage, 'sql'>): TaskRecord {
  const { sql } = storage
  return {
    read() {
      if (!hasTask(storage)) return undefined
      const parts = sql.exec<{ bytes: ArrayBuffer }>('SELECT bytes FROM task ORDER BY part').toArray()
      const decoder = new TextDecoder()
      const text = parts.map(({ bytes }) => decoder.decode(bytes, { stream: true })).join('')
      return JSON.parse(text) as KeptTask & { readonly caller: string }
    },
    keep({ state, call }, caller) {
      const bytes = new TextEncoder().encode(JSON.stringify({ state, call, caller }))
      sql.exec('CREATE TABLE IF NOT EXISTS task (part INTEGER PRIMARY KEY, bytes BLOB)')
      sql.exec('DELETE FROM task')
      for (let start = 0; start < bytes.length; start += PART_BYTES) {
        sql.exec('INSERT INTO task (bytes) VALUES (?)', bytes.slice(start, start + PART_BYTES).buffer)
      }
    },
  }
}

export function hasTask({ sql }: Pick<ObjectStorage, 'sql'>): boolean {
  return sql.exec(`SELECT 1 FROM sqlite_master WHERE name = 'task'`).toArray().length > 0
}
