import { composeConfig, type ConfigParts, type WranglerConfig } from '../compose-config.ts'

/**
 * What wrangler is given for a server in a namespace: it has no address of its own, its limits stand in the directory,
 * and the only counter that it may name is that of its callers, since counters are the account's.
 */
export function hostedConfig(parts: ConfigParts): WranglerConfig {
  const { workers_dev: _address, preview_urls: _previews, limits: _ofEachCall, ...config } = composeConfig(parts)
  const counters = config['ratelimits']
  if (!Array.isArray(counters)) return config
  // As composeConfig wrote them.
  const all = counters as readonly { readonly name?: unknown }[]
  return { ...config, ratelimits: all.filter(({ name }) => name === 'MCP_RATE_LIMIT') }
}
