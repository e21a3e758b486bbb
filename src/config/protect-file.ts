import { execFileSync } from 'node:child_process'
import { chmodSync } from 'node:fs'

/** Leaves a file to its owner alone. */
export function protectFile(file: string): void {
  if (process.platform !== 'win32') return chmodSync(file, 0o600)
  // Modes mean nothing on Windows. S-1-3-4 is whoever owns the file; what its folder grants to others is dropped.
  execFileSync(String.raw`C:\Windows\System32\icacls.exe`, [file, '/inheritance:r', '/grant:r', '*S-1-3-4:F'], {
    stdio: 'ignore',
    windowsHide: true,
  })
}
