import { homedir } from 'node:os'
import { MetaError } from '../errors/meta-error.ts'

/** How deploys reach Cloudflare. */
export interface CloudflareConfig {
  /** Of mcpwright itself; one that a person entered on the page goes before it. */
  readonly token: string | undefined
  /** Id of the account, where the token reaches several. */
  readonly account: string | undefined
  /** Where the API is. */
  readonly apiBaseUrl: string
  /** PATH, and the person's home: npm, which fetches wrangler, is found and configured by them. */
  readonly npm: { readonly searchPath: string; readonly home: string }
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
    places: Object.fromEntries(PLACES.map((name) => [name, env[name]])),
    npm: { searchPath: env.PATH ?? '', home: env.HOME ?? env.USERPROFILE ?? homedir() },
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
