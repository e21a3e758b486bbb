import type { Cloudflare } from '../fixtures/cloudflare/start-cloudflare.ts'
import { openTestHome, type TestHome } from './test-home.ts'

/** A data directory whose daemon takes the stand-in for Cloudflare, and reaches its Workers at their addresses. */
export function openCloudflareHome(
  { apiBaseUrl, caFile, proxyUrl }: Cloudflare,
  settings: Readonly<Record<string, string>> = {},
): Promise<TestHome> {
  return openTestHome({
    MCPWRIGHT_CLOUDFLARE_API: apiBaseUrl,
    MCPWRIGHT_ALLOW_LOCAL: new URL(apiBaseUrl).host,
    MCPWRIGHT_CA_FILE: caFile,
    HTTPS_PROXY: proxyUrl,
    ...settings,
  })
}
