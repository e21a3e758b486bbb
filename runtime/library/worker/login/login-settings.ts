import { isSafeTokenUrl } from '../../token-server.ts'
import { NotConfigured } from '../not-configured.ts'

/** Where people log in, and who of them may call: `MCP_LOGIN` as JSON, and the setting `login` of a deploy. */
export interface LoginSettings {
  /** An OpenID provider; absent where `github` is true. */
  readonly issuer?: string
  readonly github?: boolean
  /** Of the client that is registered there with `/callback` of this server as its redirect URI. */
  readonly client_id: string
  /** `ann@example.com`, `*@example.com`, `github:octocat`, `sub:1234`, or `*`: everybody with a login there. */
  readonly allow: readonly string[]
  /** Raised, it ends all logins; 1 when absent. */
  readonly generation?: number
}

export const GITHUB = 'https://github.com'
export const GITHUB_API = 'https://api.github.com'

/** The address of who logs people in. */
export function loginIssuer({ issuer, github }: Pick<LoginSettings, 'issuer' | 'github'>): string {
  return github ? GITHUB : (issuer ?? '')
}

/**
 * What is wrong with settings, each as a sentence; none: nothing is.
 * @param isAddress  whether people may be sent to this address
 */
export function loginProblems(settings: LoginSettings, isAddress: (address: string) => boolean): string[] {
  const { issuer, github = false, client_id: clientId, allow } = settings
  const entries = allow.filter((entry) => !ENTRY.test(entry))
  return [
    ...(github === (issuer !== undefined) ? ['login needs either issuer or "github": true'] : []),
    ...(issuer !== undefined && !isAddress(issuer) ? [`login.issuer is "${issuer}"; expected an https URL`] : []),
    ...(/^[^:\s]+$/.test(clientId) ? [] : ['login.client_id must have no colon and no space']),
    ...(allow.length > 0 ? [] : ['login.allow is empty, so nobody could call; "*" is everybody with a login there']),
    ...entries.map((entry) => `login.allow holds "${entry}"; expected ${ENTRIES}`),
    ...(allow.some((entry) => entry.startsWith('github:')) && !github ? ['login.allow names GitHub accounts'] : []),
  ]
}

const ENTRIES = 'ann@example.com, *@example.com, github:octocat, sub:1234 or *'
const ENTRY = /^(\*|[^\s@:]+@[^\s@:*]+\.[^\s@:*]+|github:[\w-]+|sub:\S+)$/i

/** @throws NotConfigured */
export function readLogin(text: string | undefined): LoginSettings {
  const settings = parsed(text)
  if (!settings) {
    throw new NotConfigured(
      'MCP_LOGIN is not JSON like {"issuer": "https://accounts.google.com", "client_id": "…", "allow": ["ann@example.com"]}.',
    )
  }
  const [problem] = loginProblems(settings, isSafeTokenUrl)
  if (problem !== undefined) throw new NotConfigured(`MCP_LOGIN: ${problem}.`)
  return settings
}

function parsed(text: string | undefined): LoginSettings | undefined {
  try {
    const settings: unknown = JSON.parse(text ?? '')
    return isLogin(settings) ? settings : undefined
  } catch {
    return undefined
  }
}

function isLogin(value: unknown): value is LoginSettings {
  if (typeof value !== 'object' || value === null) return false
  const {
    issuer,
    github,
    client_id: clientId,
    allow,
    generation,
  }: Partial<Record<keyof LoginSettings, unknown>> = value
  return (
    ['string', 'undefined'].includes(typeof issuer) &&
    ['boolean', 'undefined'].includes(typeof github) &&
    ['number', 'undefined'].includes(typeof generation) &&
    typeof clientId === 'string' &&
    Array.isArray(allow) &&
    allow.every((entry) => typeof entry === 'string')
  )
}
