/** Says over IPC whether a file beside those that it may read was read. Started by detect-isolation-layers.ts. */
import { readFileSync } from 'node:fs'

process.send?.({ canRead: canRead('/etc/passwd') })
process.disconnect()

function canRead(file: string): boolean {
  try {
    readFileSync(file)
    return true
  } catch {
    return false
  }
}
