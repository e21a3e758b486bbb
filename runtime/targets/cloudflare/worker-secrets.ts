import { createHash, createHmac } from 'node:crypto'
import type { DeploymentId } from '../../../src/model/ids.ts'
import type { CloudflareSettings } from './settings.ts'

export interface SecretParts {
  readonly deploymentId: DeploymentId
  readonly settings: Pick<CloudflareSettings, 'protection'>
  /** The server's own, by name. */
  readonly values: Readonly<Record<string, string>>
  /** One or two that hold. */
  readonly apiKeys: readonly string[]
  /** Of the client that the Worker is where people log in. */
  readonly loginSecret?: string | undefined
  readonly ownKey: string
}

/** What goes to a Worker beside its code: the server's secrets, hashes of its API keys, and what seals its questions. */
export function workerSecrets({
  deploymentId,
  settings,
  values,
  apiKeys,
  loginSecret,
  ownKey,
}: SecretParts): Record<string, string> {
  return {
    ...values,
    ...(settings.protection === 'api-key' && { MCP_KEY_HASHES: apiKeys.map(hashOf).join(',') }),
    ...(settings.protection === 'login' && loginSecret !== undefined && { MCP_LOGIN_CLIENT_SECRET: loginSecret }),
    REQUEST_STATE_KEY: createHmac('sha256', ownKey).update(`request state:${deploymentId}`).digest('base64url'),
  }
}

/** What the verifier of one version sends. Made anew from its tag after a death, and nowhere stored. */
export function verificationCredential(tag: string, ownKey: string): string {
  return createHmac('sha256', ownKey).update(`verification:${tag}`).digest('base64url')
}

/** SHA-256 in hex, as the Worker compares it. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
