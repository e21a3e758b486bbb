import { createRequire } from 'node:module'
import path from 'node:path'
import type { CloudflareAccess } from './wrangler.ts'

/** How this machine reaches the network, as a person has set it. */
export interface NetworkSettings {
  readonly httpsProxy?: string | undefined
  readonly httpProxy?: string | undefined
  /** Hosts reached without a proxy, with commas between. */
  readonly noProxy?: string | undefined
  /** PEM of authorities that are trusted besides Node's own. */
  readonly caFile?: string | undefined
}

/** All that wrangler is told: nothing of mcpwright's own environment, and no place of the person's home. */
export function wranglerEnvironment(
  folder: string,
  { token, accountId, apiBaseUrl }: CloudflareAccess,
  network: NetworkSettings,
): Readonly<Record<string, string | undefined>> {
  const emptyHome = path.join(folder, 'home')
  return {
    CLOUDFLARE_API_TOKEN: token,
    CLOUDFLARE_ACCOUNT_ID: accountId,
    CLOUDFLARE_API_BASE_URL: apiBaseUrl,
    CI: '1',
    NO_COLOR: '1',
    WRANGLER_SEND_METRICS: 'false',
    WRANGLER_SEND_ERROR_REPORTS: 'false',
    WRANGLER_HIDE_BANNER: 'true',
    // Names the status of each answer (read-outcome.ts); headers and bodies stay out.
    WRANGLER_LOG: 'debug',
    WRANGLER_LOG_SANITIZE: 'true',
    WRANGLER_OUTPUT_FILE_PATH: path.join(folder, 'output.ndjson'),
    WRANGLER_LOG_PATH: path.join(emptyHome, 'logs'),
    HOME: emptyHome,
    USERPROFILE: emptyHome,
    XDG_CONFIG_HOME: emptyHome,
    TMPDIR: folder,
    ESBUILD_BINARY_PATH: esbuildBinary(),
    HTTPS_PROXY: network.httpsProxy,
    HTTP_PROXY: network.httpProxy,
    NO_PROXY: network.noProxy,
    NODE_EXTRA_CA_CERTS: network.caFile,
  }
}

/** wrangler looks into the entry's exports with esbuild; ours is the version it asks for, so that it needs none. */
function esbuildBinary(): string {
  const ofEsbuild = createRequire(createRequire(import.meta.url).resolve('esbuild'))
  const file = process.platform === 'win32' ? 'esbuild.exe' : 'bin/esbuild'
  return ofEsbuild.resolve(`@esbuild/${process.platform}-${process.arch}/${file}`)
}
