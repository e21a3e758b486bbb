import { homedir } from 'node:os'
import { MetaError } from '../errors/meta-error.ts'
import { LARGEST_LIMITS, type LimitName, readLimits, type WorkerLimits } from '../model/worker-limits.ts'

/** How deploys reach Cloudflare. */
export interface CloudflareConfig {
  /** Of mcpwright itself; one that a person entered on the page goes before it. */
  readonly token: string | undefined
  /** Id of the account, where the token reaches several. */
  readonly account: string | undefined
  /** Where the API is. */
  readonly apiBaseUrl: string
  /** Dispatch namespace that new servers go into; undefined: each is a Worker of its own. */
  readonly namespace: string | undefined
  /** Of each call of a server in the namespace: the most that one may be given, and what it has without a setting. */
  readonly limits: WorkerLimits
  /** How npm, which fetches wrangler, is found and configured: what is told of it, PATH, and the person's home. */
  readonly npm: {
    readonly searchPath: string
    readonly npmProgram: string | undefined
    readonly npmNode: string | undefined
    readonly home: string
  }
  /** Where the person's programs keep their settings, wrangler its login: names and values of variables. */
  readonly places: Readonly<Record<string, string | undefined>>
}

const PLACES = ['HOME', 'XDG_CONFIG_HOME', 'USERPROFILE', 'APPDATA']

const API = 'https://api.cloudflare.com/client/v4'

/** @throws MetaError CONFIGURATION_INVALID */
export function readCloudflare(env: Readonly<Record<string, string | undefined>>): CloudflareConfig {
  return {
    token: env.MCPWRIGHT_CLOUDFLARE_TOKEN || undefined,
    account: readAccount(env.MCPWRIGHT_CLOUDFLARE_ACCOUNT),
    apiBaseUrl: readApi(env.MCPWRIGHT_CLOUDFLARE_API),
    namespace: readNamespace(env.MCPWRIGHT_CLOUDFLARE_NAMESPACE),
    limits: readCeiling(env.MCPWRIGHT_CLOUDFLARE_LIMITS),
    places: Object.fromEntries(PLACES.map((name) => [name, env[name]])),
    npm: {
      searchPath: env.PATH ?? '',
      npmProgram: env.npm_execpath,
      npmNode: env.npm_node_execpath,
      home: env.HOME ?? env.USERPROFILE ?? homedir(),
    },
  }
}

function readAccount(text: string | undefined): string | undefined {
  if (!text) return undefined
  if (/^[0-9a-f]{32}$/.test(text)) return text
  throw new MetaError(
    'CONFIGURATION_INVALID',
    `MCPWRIGHT_CLOUDFLARE_ACCOUNT is "${text}".`,
    'Give the id of an account: 32 hex digits, as dash.cloudflare.com shows it.',
  )
}

function readApi(text: string | undefined): string {
  if (!text) return API
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text.replace(/\/$/, '')
  throw new MetaError('CONFIGURATION_INVALID', `MCPWRIGHT_CLOUDFLARE_API is "${text}".`, `Give an address, as ${API}.`)
}

/** Names of Workers are made of it, with up to 11 characters more. */
function readNamespace(text: string | undefined): string | undefined {
  if (!text) return undefined
  if (/^[a-z]([a-z0-9-]{0,50}[a-z0-9])?$/.test(text)) return text
  throw new MetaError(
    'CONFIGURATION_INVALID',
    `MCPWRIGHT_CLOUDFLARE_NAMESPACE is "${text}".`,
    'Give a name of lower-case letters, digits and inner hyphens that begins with a letter, at most 52 characters.',
  )
}

function readCeiling(text: string | undefined): WorkerLimits {
  const given = (text ?? '').split(',').filter((part) => part.trim() !== '')
  return readLimits(Object.fromEntries(given.map((part) => readLimit(part.trim()))))
}

function readLimit(part: string): [name: LimitName, value: number] {
  const [name = '', value = ''] = part.split('=')
  const isKnown = name === 'cpu_ms' || name === 'subrequests'
  if (isKnown && /^[1-9]\d{0,5}$/.test(value) && Number(value) <= LARGEST_LIMITS[name]) return [name, Number(value)]
  throw new MetaError(
    'CONFIGURATION_INVALID',
    `MCPWRIGHT_CLOUDFLARE_LIMITS has "${part}".`,
    `Give cpu_ms=1 to ${LARGEST_LIMITS.cpu_ms}, subrequests=1 to ${LARGEST_LIMITS.subrequests}, or both with a comma between.`,
  )
}
