import { composeConfig, type ConfigParts, type WranglerConfig } from '../compose-config.ts'

/**
 * What wrangler is given for a server in a namespace: it has no address of its own, and the only counter that it may
 * name is that of its callers, since counters are the account's.
 */
export function hostedConfig(parts: ConfigParts): WranglerConfig {
  const { workers_dev: _address, preview_urls: _previews, ...config } = composeConfig(parts)
  const limits = config['ratelimits']
  if (!Array.isArray(limits)) return config
  // As composeConfig wrote them.
  const all = limits as readonly { readonly name?: unknown }[]
  return { ...config, ratelimits: all.filter(({ name }) => name === 'MCP_RATE_LIMIT') }
}
