import { MetaError } from '../../../src/errors/meta-error.ts'
import { readLimits, type WrittenLimits } from '../../../src/model/worker-limits.ts'
import { loginProblems } from '../../library/worker/login/login-settings.ts'
import { argumentProblems } from '../../library/argument-problems.ts'
import { type CloudflareSettings, cloudflareSettingsSchema } from './settings.ts'

/**
 * Settings as `deploy` was given them, with the defaults: protection `api-key`, no sessions, all of the traffic.
 * @throws MetaError ARGUMENTS_INVALID that says what is allowed; all problems at once
 */
export function readSettings(given: Readonly<Record<string, unknown>>): CloudflareSettings {
  const problems = argumentProblems(cloudflareSettingsSchema, given)
  if (problems.length > 0) throw invalid(problems)
  // As the schema has them.
  const { requests_per_minute: requestsPerMinute, limits, ...others } = given as GivenSettings
  const settings: CloudflareSettings = {
    protection: 'api-key',
    sessions: false,
    traffic: 100,
    key: 1,
    ...others,
    ...(others.domain !== undefined && { domain: others.domain.toLowerCase() }),
    ...(requestsPerMinute !== undefined && { requestsPerMinute }),
    ...(limits && { limits: readLimits(limits) }),
  }
  const contradictions = [
    ...oauthProblems(settings),
    ...problemsOfLogin(settings),
    ...domainProblems(settings),
    ...originProblems(settings),
  ]
  if (contradictions.length > 0) throw invalid(contradictions)
  return settings
}

type GivenSettings = Partial<Omit<CloudflareSettings, 'limits' | 'requestsPerMinute'>> & {
  readonly requests_per_minute?: number
  readonly limits?: WrittenLimits
}

function oauthProblems({ protection, issuer, audience, scopes }: CloudflareSettings): string[] {
  if (protection !== 'oauth') {
    const given = Object.entries({ issuer, audience, scopes }).filter(([, value]) => value !== undefined)
    return given.map(([name]) => `${name} is given, but protection is "${protection}"; it is for "oauth"`)
  }
  if (issuer === undefined) return ['issuer is missing; protection "oauth" needs the URL of who gives out tokens']
  if (!isHttps(issuer)) return [`issuer is "${issuer}"; expected an https URL, as https://example.auth0.com/`]
  return []
}

function problemsOfLogin({ protection, login }: CloudflareSettings): string[] {
  if (protection === 'login') return login ? loginProblems(login, isHttps) : ['login is missing: where people log in']
  return login ? [`login is given, but protection is "${protection}"; it is for "login"`] : []
}

function domainProblems({ domain }: CloudflareSettings): string[] {
  if (domain === undefined || HOST_NAME.test(domain)) return []
  return [`domain is "${domain}"; expected a host in one of your zones, as mcp.example.com`]
}

function originProblems({ origins = [] }: CloudflareSettings): string[] {
  const wrong = origins.filter((origin) => !URL.canParse(origin) || new URL(origin).origin !== origin)
  return wrong.map((origin) => `origins holds "${origin}"; expected an origin, as https://app.example.com`)
}

/** At least two labels of letters, digits and inner hyphens (RFC 1123, section 2.1). */
const HOST_NAME = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/

function isHttps(text: string): boolean {
  return URL.canParse(text) && new URL(text).protocol === 'https:'
}

function invalid(problems: readonly string[]): MetaError {
  return new MetaError(
    'ARGUMENTS_INVALID',
    `Settings for Cloudflare: ${problems.join('; ')}.`,
    `Correct them in \`settings\` and deploy again. Known: ${Object.keys(cloudflareSettingsSchema['properties'] as object).join(', ')}.`,
  )
}
