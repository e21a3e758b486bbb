import { MetaError } from '../../../../src/errors/meta-error.ts'
import { openPassingFolder } from '../../../supervisor/passing-folder.ts'
import { runWrangler } from './run-wrangler.ts'
import type { NetworkSettings } from './wrangler-environment.ts'

export interface LoginOptions {
  /** Path of wrangler's `cli.js`. */
  readonly program: string
  /** wrangler's logs are in a folder of it while it runs. */
  readonly scratch: string
  /** Where the person's programs keep their settings: HOME, XDG_CONFIG_HOME, USERPROFILE, APPDATA. */
  readonly places: Readonly<Record<string, string | undefined>>
  readonly network: NetworkSettings
}

const TIMEOUT_MS = 60_000

/**
 * The token of the person's own `wrangler login`. wrangler renews one that has run out, and keeps it where it was.
 * @throws MetaError SECRET_MISSING when there is no login
 */
export async function readLogin(
  { program, scratch, places, network }: LoginOptions,
  signal: AbortSignal,
): Promise<string> {
  await using folder = await openPassingFolder(scratch, 'login')
  const env = {
    ...places,
    CI: '1',
    NO_COLOR: '1',
    WRANGLER_SEND_METRICS: 'false',
    WRANGLER_HIDE_BANNER: 'true',
    WRANGLER_LOG_PATH: folder.path,
    HTTPS_PROXY: network.httpsProxy,
    HTTP_PROXY: network.httpProxy,
    NO_PROXY: network.noProxy,
    NODE_EXTRA_CA_CERTS: network.caFile,
  }
  const words = ['auth', 'token', '--json']
  const { said } = await runWrangler({ program, words, folder: folder.path, env, timeoutMs: TIMEOUT_MS, signal })
  const token = /"token": "([^"\s]+)"/.exec(said)?.[1]
  if (token !== undefined) return token
  throw new MetaError(
    'SECRET_MISSING',
    'wrangler has no login on this machine that it could use.',
    'Run "npx wrangler login" in a terminal, then choose it again; or enter an API token.',
  )
}
