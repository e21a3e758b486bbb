import { MetaError } from '../../../../src/errors/meta-error.ts'
import type { DeploymentRequest } from '../../../../src/model/deployment-target.ts'
import { cronsOf, readProjectConfig, withoutOwnObjects } from '../compose-config.ts'
import type { CloudflareSettings } from '../settings.ts'

/**
 * Refuses what a Worker of its own can and one in a dispatch namespace cannot. All reasons at once.
 * @throws MetaError TARGET_REFUSED
 */
export function refuseUnhosted(
  { server, build }: Pick<DeploymentRequest, 'server' | 'build'>,
  settings: CloudflareSettings,
): void {
  // Tasks are served without their objects there (hosted-config.ts).
  const foreign = Object.keys(withoutOwnObjects(readProjectConfig(build.files))).filter((key) => !TAKEN.has(key))
  const reasons = [
    ...settingReasons(settings),
    ...(cronsOf(build.files).length > 0 ? ['it runs on a cron trigger, which there is none of'] : []),
    ...(foreign.length > 0 ? [`wrangler.jsonc has ${foreign.map((key) => `"${key}"`).join(', ')}`] : []),
  ]
  if (reasons.length > 0) throw unhosted(`Server "${server.name}"`, reasons)
}

/** The same for settings alone, before they are kept. @throws MetaError TARGET_REFUSED */
export function refuseUnhostedSettings(settings: CloudflareSettings): void {
  const reasons = settingReasons(settings)
  if (reasons.length > 0) throw unhosted('The server', reasons)
}

/**
 * developers.cloudflare.com/cloudflare-for-platforms/workers-for-platforms, pages platform/limits (no gradual
 * deployments) and configuration/outbound-workers (fetches of Durable Objects are not intercepted)
 */
function settingReasons({ protection, domain, sessions, traffic }: CloudflareSettings): string[] {
  return [
    ...(traffic < 100 ? ['`traffic`: a new version has all requests at once there'] : []),
    ...(sessions ? ['`sessions`: what a Durable Object sends does not pass the egress list there'] : []),
    ...(protection === 'login' && domain === undefined
      ? [`\`protection: "login"\` without a \`domain\`: ${SHARED}`]
      : []),
  ]
}

function unhosted(what: string, reasons: readonly string[]): MetaError {
  return new MetaError(
    'TARGET_REFUSED',
    `${what} cannot be hosted in a dispatch namespace so: ${reasons.join('; ')}.`,
    'Change that; or publish it from an mcpwright without MCPWRIGHT_CLOUDFLARE_NAMESPACE, as a Worker of its own.',
  )
}

/** Cookies and same-origin requests know no paths (RFC 6265, section 8.5). */
const SHARED = "all servers share the dispatcher's origin, where pages of one could log people in at another"

/** Of wrangler.jsonc: what describes a server without leading elsewhere, or is for bundling and developing. */
const TAKEN: ReadonlySet<string> = new Set([
  '$schema',
  'compatibility_date',
  'compatibility_flags',
  'd1_databases',
  'dev',
  'kv_namespaces',
  'main',
  'name',
  'observability',
  'ratelimits',
  'triggers',
  'vars',
  'version_metadata',
])
