import { toHex } from '../server/digest.ts'
import { STATE_KEY_CHARACTERS } from '../server/standalone-host.ts'
import type { WorkerBindings } from './bindings.ts'
import { NotConfigured } from './not-configured.ts'

/**
 * What seals the state between the rounds of a call. A client may come to another isolate each time: they must have the
 * same key, so that it is derived from the secrets that all share where REQUEST_STATE_KEY is not set. Who has the API
 * key of a server without secrets of its own could make that key too. RFC 5869 (HKDF)
 * @param secrets  the server's own
 * @returns undefined when no secret is there: each isolate then makes its own
 * @throws NotConfigured for a short one
 */
export async function stateKey(
  { REQUEST_STATE_KEY: given, MCP_KEY_HASHES, MCP_TOKEN, MCP_LOGIN_CLIENT_SECRET }: WorkerBindings,
  secrets: readonly (string | undefined)[],
): Promise<string | undefined> {
  if (given) {
    if (given.length >= STATE_KEY_CHARACTERS) return given
    throw new NotConfigured(
      `REQUEST_STATE_KEY has ${given.length} characters; give at least ${STATE_KEY_CHARACTERS}: openssl rand -hex 32`,
    )
  }
  const shared = [MCP_KEY_HASHES, MCP_TOKEN, MCP_LOGIN_CLIENT_SECRET, ...secrets].filter(
    (each) => each !== undefined && each !== '',
  )
  return shared.length > 0 ? derived(JSON.stringify(shared)) : undefined
}

async function derived(secret: string): Promise<string> {
  const encoder = new TextEncoder()
  const key = await crypto.subtle.importKey('raw', encoder.encode(secret), 'HKDF', false, ['deriveBits'])
  const info = encoder.encode('mcp request state')
  const algorithm = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(32), info }
  return toHex(new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, 256)))
}
