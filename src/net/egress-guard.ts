import { MetaError } from '../errors/meta-error.ts'
import { hostAndPort, hostKey, isLocalName, isLoopback, isPublicAddress, literalAddress } from './address.ts'

/** What a person opened besides the public internet. */
export interface LocalLeave {
  /** Local `host:port` pairs. */
  readonly allowLocal: ReadonlySet<string>
  /** All ports of this machine. */
  readonly allowLoopback?: boolean
}

/**
 * Where a request may go.
 * @param hosts  exact hosts, as `host` or `host:port`; `any` allows every public host
 * @throws MetaError HOST_NOT_ALLOWED, LOCAL_HOST_BLOCKED
 */
export function checkUrl(text: string, hosts: ReadonlySet<string> | 'any', leave: LocalLeave): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new MetaError(
      'HOST_NOT_ALLOWED',
      `"${text.slice(0, 200)}" is not an http(s) address.`,
      'Give an absolute https:// address.',
    )
  }
  const key = hostKey(url)
  if (url.username || url.password) {
    throw new MetaError(
      'HOST_NOT_ALLOWED',
      `The address of "${key}" holds a user name or password.`,
      'Leave it out; name a credential instead.',
    )
  }
  if (hosts !== 'any' && !hosts.has(key)) {
    throw new MetaError(
      'HOST_NOT_ALLOWED',
      `This server may not reach "${key}".`,
      `It may reach: ${[...hosts].join(', ') || 'no host'}. Add the host to the tool's hosts, or import with that base_url.`,
    )
  }
  if (isAllowedLocal(url, leave)) return url
  const literal = literalAddress(url)
  if (literal === undefined ? isLocalName(url.hostname) : !isPublicAddress(literal)) throw localHostBlocked(url)
  if (url.protocol === 'http:') {
    throw new MetaError(
      'HOST_NOT_ALLOWED',
      `"${key}" was asked for over plain http.`,
      `Use its https:// address. Where the network between is the person's own, they can start mcpwright with MCPWRIGHT_ALLOW_LOCAL=${hostAndPort(url)}`,
    )
  }
  return url
}

export function isAllowedLocal(url: URL, { allowLocal, allowLoopback = false }: LocalLeave): boolean {
  return allowLocal.has(hostAndPort(url)) || (allowLoopback && isLoopback(url))
}

export function localHostBlocked(url: URL): MetaError {
  return new MetaError(
    'LOCAL_HOST_BLOCKED',
    `"${hostKey(url)}" is on this machine or a private network.`,
    `A person can open it by starting mcpwright with MCPWRIGHT_ALLOW_LOCAL=${hostAndPort(url)}`,
  )
}

/** What a person opened is for whom they gave it to, and not for whoever can answer with a redirect. */
export function ledToLocalHost(url: URL): MetaError {
  return new MetaError(
    'LOCAL_HOST_BLOCKED',
    `A redirect leads from a public host to "${hostKey(url)}", which is a local one.`,
    'Ask for that address itself, if it is meant.',
  )
}
