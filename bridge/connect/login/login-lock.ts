import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'

const LOOK_AGAIN_MS = 150

/**
 * Waits until this process alone may log in or refresh. The lock is the kernel's, an exclusive transaction on a file:
 * any death of its owner frees it, so there is no stale one to guess about.
 * @param onWait  called once when another process has it
 * @throws the signal's reason
 */
export async function lockLogin(lockPath: string, onWait: () => void, signal: AbortSignal): Promise<Disposable> {
  await mkdir(path.dirname(lockPath), { recursive: true, mode: 0o700 })
  const { DatabaseSync } = await import('node:sqlite')
  const database = new DatabaseSync(lockPath, { timeout: 0 })
  try {
    for (let looks = 0; !tryLock(() => database.exec('BEGIN EXCLUSIVE')); looks++) {
      if (looks === 0) onWait()
      await setTimeout(LOOK_AGAIN_MS, undefined, { signal })
    }
  } catch (error) {
    database.close()
    throw error
  }
  return { [Symbol.dispose]: () => database.close() }
}

function tryLock(lock: () => void): boolean {
  try {
    lock()
    return true
  } catch (error) {
    // SQLITE_BUSY is 5: https://sqlite.org/rescode.html
    if (error instanceof Error && 'errcode' in error && error.errcode === 5) return false
    throw error
  }
}
