import { MetaError } from '../../../../src/errors/meta-error.ts'
import { systemClock } from '../../../library/clock.ts'
import { GITHUB, GITHUB_API, loginIssuer } from '../../../library/worker/login/login-settings.ts'
import { issuerKeySource, type IssuerKeys, IssuerUnreachable } from '../../../library/worker/oauth/issuer-keys.ts'
import { followHops } from './follow-hops.ts'
import { asSentence } from '../as-sentence.ts'
import type { CloudflareSettings } from '../settings.ts'
import type { KnownIssuer } from './hosted-state.ts'

/** Hosts of who says who callers are. */
export interface IssuerHosts extends KnownIssuer {
  /** They are those of an earlier deploy: why the issuer could not be asked now. */
  readonly fault?: string
}

/**
 * As issuerHosts; an issuer that was asked for the same before may be away: a version is not kept from going back by that.
 * @throws MetaError TARGET_REFUSED
 */
export async function findIssuerHosts(
  settings: CloudflareSettings,
  known: KnownIssuer | undefined,
  sendOnce: typeof fetch,
  signal: AbortSignal,
): Promise<IssuerHosts> {
  const of = `${settings.protection} ${settings.login ? loginIssuer(settings.login) : (settings.issuer ?? '')}`
  try {
    return { of, hosts: await issuerHosts(settings, sendOnce, signal) }
  } catch (error) {
    if (!(error instanceof MetaError) || known?.of !== of) throw error
    return { ...known, fault: error.message }
  }
}

/**
 * The hosts that a server asks about tokens and people: its issuer's metadata and keys, for a login also where codes are
 * exchanged and people described. They are found by the server's own code, run here once.
 * @param sendOnce  that gives a redirect as its answer
 * @returns as `host` or `host:port`; of a chain of redirects every one on the way
 * @throws MetaError TARGET_REFUSED when the issuer does not answer, or names nothing of use
 */
export async function issuerHosts(
  settings: CloudflareSettings,
  sendOnce: typeof fetch,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { issuer = settings.login?.issuer, login } = settings
  if (login?.github === true) return [GITHUB, GITHUB_API].map(hostOf)
  if (issuer === undefined) return []
  const asked = recordAsked(sendOnce, signal)
  const found = await ask(issuer, asked, signal)
  return [...new Set([...asked.hosts, ...(login ? loginHosts(issuer, found) : [])])]
}

export function noteKnownHosts(fault: string): string {
  return `${asSentence(fault)} Its hosts are those of the deploy before.`
}

interface Asked {
  readonly send: typeof fetch
  readonly hosts: Set<string>
  /** What went wrong, in the order it did. */
  readonly faults: string[]
}

function recordAsked(sendOnce: typeof fetch, signal: AbortSignal): Asked {
  const hosts = new Set<string>()
  const faults: string[] = []
  const recording: typeof fetch = async (input, init) => {
    const request = new Request(input, init)
    try {
      const sent = { headers: request.headers, signal: AbortSignal.any([request.signal, signal]) }
      const response = await followHops(request.url, sent, sendOnce, (address) => hosts.add(hostOf(address)))
      if (!response.ok) faults.push(`${request.url} answered HTTP ${response.status}.`)
      return response
    } catch (error) {
      faults.push(asSentence(`${request.url}: ${error instanceof Error ? error.message : String(error)}`))
      throw error
    }
  }
  return { send: recording, hosts, faults }
}

async function ask(issuer: string, { send, faults }: Asked, signal: AbortSignal): Promise<IssuerKeys> {
  try {
    return await issuerKeySource(issuer, send, undefined, systemClock).current()
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof IssuerUnreachable)) throw error
    throw unusable(issuer, [error.message, ...faults].join(' '))
  }
}

/** OpenID Connect Discovery 1.0, section 3; the second is optional. */
function loginHosts(issuer: string, { metadata }: IssuerKeys): string[] {
  const { token_endpoint: token, userinfo_endpoint: userinfo } = metadata
  if (typeof token !== 'string' || !URL.canParse(token)) throw unusable(issuer, 'It names no token_endpoint.')
  return [token, userinfo].flatMap((each) => (typeof each === 'string' && URL.canParse(each) ? [hostOf(each)] : []))
}

function hostOf(address: string): string {
  return new URL(address).host
}

function unusable(issuer: string, words: string): MetaError {
  return new MetaError(
    'TARGET_REFUSED',
    `The issuer "${issuer}" cannot be used: ${words.slice(0, 800)}`,
    'Give `issuer` as its own metadata says it, to the slash at its end; or deploy again when it answers.',
  )
}
