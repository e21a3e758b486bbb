import type { NetworkSettings } from '../../../runtime/targets/cloudflare/wrangler/wrangler-environment.ts'
import type { Config } from '../../config/load-config.ts'

/** The person's proxies and authorities, as wrangler and npm are told them. */
export function wranglerNetwork({ network: { proxies, caFile } }: Pick<Config, 'network'>): NetworkSettings {
  return { httpsProxy: proxies.https, httpProxy: proxies.http, noProxy: proxies.except.join(','), caFile }
}
