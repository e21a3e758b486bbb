import { createHash } from 'node:crypto'
import type { BuildContents } from './build-contents.ts'

/** What an open server would give to everybody. */
export type Stakes = Pick<BuildContents, 'effects' | 'credentials'>

/** Of what a person agrees to when they open a server: another tool that changes something, or another secret, is not. */
export function digestOfStakes({ effects, credentials }: Stakes): string {
  const changing = Object.entries(effects).filter(([, effect]) => effect !== 'read')
  const parts = [changing.map(([name, effect]) => `${effect} ${name}`).toSorted(), credentials.map(({ name }) => name)]
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
}
