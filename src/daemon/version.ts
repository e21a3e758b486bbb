import { readFileSync } from 'node:fs'
import path from 'node:path'
import { packageRoot } from '../config/package-root.ts'

let version: string | undefined

/** This mcpwright's own version. */
export function ownVersion(): string {
  if (version !== undefined) return version
  const own: { version: string } = JSON.parse(readFileSync(path.join(packageRoot(), 'package.json'), 'utf8'))
  return (version = own.version)
}

/** Whether `left` is newer than `right`; both are `major.minor.patch`. */
export function isNewer(left: string, right: string): boolean {
  const [lefts, rights] = [left, right].map((text) => text.split('.').map(Number))
  for (const index of [0, 1, 2]) {
    const difference = (lefts?.[index] ?? 0) - (rights?.[index] ?? 0)
    if (difference !== 0) return difference > 0
  }
  return false
}
