import type { WorkerBindings } from '../../../library/worker/bindings.ts'
import { composeConfig, type ConfigParts, withoutObjects, type WranglerConfig } from '../compose-config.ts'

/**
 * What wrangler is given for a server in a namespace: it has no address of its own, its limits stand in the directory,
 * and the only counter that it may name is that of its callers, since counters are the account's. Tasks would run in
 * Durable Objects, whose fetches pass the egress list by: its calls end within their requests.
 */
export function hostedConfig(parts: ConfigParts): WranglerConfig {
  const composed = withoutObjects(composeConfig(parts))
  const { workers_dev: _address, preview_urls: _previews, limits: _ofEachCall, ...config } = composed
  const hosted: WranglerConfig = { ...config, vars: { ...Object(config['vars']), ...mountOf(parts) } }
  const counters = hosted['ratelimits']
  if (!Array.isArray(counters)) return hosted
  // As composeConfig wrote them.
  const all = counters as readonly { readonly name?: unknown }[]
  return { ...hosted, ratelimits: all.filter(({ name }) => name === 'MCP_RATE_LIMIT') }
}

/** The dispatcher takes its name from the path; at a host of its own there is none. */
function mountOf({ settings, worker }: ConfigParts): Pick<WorkerBindings, 'MCP_MOUNT'> {
  return settings.domain === undefined ? { MCP_MOUNT: `/${worker}` } : {}
}
