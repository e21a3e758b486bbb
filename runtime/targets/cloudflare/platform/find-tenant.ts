import { hostKey, serverKey, type TenantEntry } from './tenant-entry.ts'

/** What of a KV namespace is read here. */
export interface TenantDirectory {
  get(key: string, options: { readonly cacheTtl: number }): Promise<string | null>
}

export interface FoundTenant {
  readonly entry: TenantEntry
  /** The request's address as the server knows it: without its name in the path. */
  readonly url: URL
}

/**
 * The name and what comes after it, with what may stand before it: metadata of a resource or an issuer with a path lie at
 * a well-known address before that path (RFC 9728, section 3.1; RFC 8414, section 3.1).
 */
const PATH = /^(\/\.well-known\/oauth-(?:protected-resource|authorization-server))?\/([^/]*)(.*)$/s

/** Seconds that a place of the network goes on with what it has read; KV takes no less. */
const CACHE_SECONDS = 30

/** The server that is meant by a host of its own, or else by the first part of the path, or of what metadata is about. */
export async function findTenant(address: string, directory: TenantDirectory): Promise<FoundTenant | undefined> {
  const url = new URL(address)
  const byHost = url.hostname.endsWith('.workers.dev')
    ? null
    : await directory.get(hostKey(url.hostname), { cacheTtl: CACHE_SECONDS })
  const [, wellKnown = '', first = '', rest = ''] = PATH.exec(url.pathname) ?? []
  const name = byHost ?? first
  if (!/^[a-z0-9][a-z0-9-]*$/.test(name)) return undefined
  const text = await directory.get(serverKey(name), { cacheTtl: CACHE_SECONDS })
  if (text === null) return undefined
  if (byHost === null) url.pathname = `${wellKnown}${rest}` || '/'
  // As the publisher wrote it: nobody else does.
  return { entry: JSON.parse(text) as TenantEntry, url }
}
