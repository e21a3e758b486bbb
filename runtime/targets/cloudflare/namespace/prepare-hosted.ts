import type { DeploymentRequest } from '../../../../src/model/deployment-target.ts'
import type { TenantAllowance } from '../platform/tenant-entry.ts'
import { type Prepared, prepare } from '../prepare.ts'
import { readSettings } from '../read-settings.ts'
import type { CloudflareTargetOptions } from '../target-options.ts'
import { hostedLimits } from './hosted-limits.ts'
import { hostedUrl, type Hosting } from './hosting.ts'
import { refuseUnhosted } from './refuse-unhosted.ts'

/** All that is known before anything is changed, of a server behind the dispatcher. */
export interface PreparedHosted extends Prepared {
  /** What the dispatcher lets it do. */
  readonly allowed: TenantAllowance
}

/**
 * As `prepare`, for the address behind the dispatcher. Changes nothing.
 * @throws MetaError as `prepare`; TARGET_REFUSED for what cannot be hosted so, and for more than the operator's limits
 */
export async function prepareHosted(
  options: CloudflareTargetOptions,
  { namespace, limits: ceiling }: Hosting,
  request: DeploymentRequest,
  signal: AbortSignal,
): Promise<PreparedHosted> {
  const settings = readSettings(request.settings)
  refuseUnhosted(request, settings)
  const limits = hostedLimits(settings.limits, ceiling)
  const prepared = await prepare(options, request, signal, (account, domain, each) =>
    hostedUrl(account, namespace, domain, each),
  )
  return { ...prepared, allowed: { hosts: hostsOf(request), limits } }
}

/** Of its build, and of the servers that it is connected to; in one order. */
function hostsOf({ hosts, connected }: DeploymentRequest): string[] {
  const connections = connected.connections.flatMap(({ url }) => (URL.canParse(url) ? [new URL(url).host] : []))
  return [...new Set([...hosts, ...connections])].toSorted()
}
