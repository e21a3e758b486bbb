import { createHash, randomBytes } from 'node:crypto'
import type { DeploymentId } from '../../../src/model/ids.ts'

/** One deploy, from before its first upload until its version serves: its tags find again what it has made. */
export interface Attempt {
  /** Of what is deployed (release-key.ts). */
  readonly key: string
  /** Makes its tags its own: random, no secret. */
  readonly nonce: string
  /** Nothing of the server has ever served: a failure takes the Worker away again. */
  readonly isFirst: boolean
  /** Who had the traffic when it began; a failure gives it back. Empty for a first deploy. */
  readonly before: readonly Share[]
  /** Ids of D1 and KV from before, which may hold data: a failure never takes them away. */
  readonly keeps: readonly string[]
}

/** Of the requests, in percent. */
export interface Share {
  readonly versionId: string
  readonly percent: number
}

export function beginAttempt(parts: Omit<Attempt, 'nonce'>, nonce = randomBytes(12).toString('hex')): Attempt {
  return { ...parts, nonce }
}

/** `trial` answers its verifier alone; `serving` is the same without that. */
export type Role = 'trial' | 'serving'

/** 25 characters at most, as the platform allows: who made it, for which deploy, and which of the two it is. */
export function tagOf(id: DeploymentId, { key, nonce }: Attempt, role: Role): string {
  const which = createHash('sha256').update(`${key}:${nonce}`).digest('hex').slice(0, 12)
  return `${tagPrefix(id)}${which}-${role === 'trial' ? 't' : 's'}`
}

/** All tags of a deployment begin so. */
export function tagPrefix(id: DeploymentId): string {
  return `mw${createHash('sha256').update(id).digest('hex').slice(0, 8)}-`
}

/** Whether a version with this tag was for the verifier alone. */
export function isTrialTag(tag: string): boolean {
  return tag.endsWith('-t')
}
