import type { DeploymentRequest } from '../../../../src/model/deployment-target.ts'
import type { TenantAllowance } from '../platform/tenant-entry.ts'
import { type Prepared, prepare } from '../prepare.ts'
import { readSettings } from '../read-settings.ts'
import { readState } from '../state.ts'
import type { CloudflareTargetOptions } from '../target-options.ts'
import { hostedLimits } from './hosted-limits.ts'
import { hostedUrl, type Hosting } from './hosting.ts'
import { findIssuerHosts, type IssuerHosts } from './issuer-hosts.ts'
import { refuseUnhosted } from './refuse-unhosted.ts'

/** All that is known before anything is changed, of a server behind the dispatcher. */
export interface PreparedHosted extends Prepared {
  /** What the dispatcher lets it do. */
  readonly allowed: TenantAllowance
  /** Of these, its issuer's. */
  readonly issuer: IssuerHosts
}

/**
 * As `prepare`, for the address behind the dispatcher. Changes nothing.
 * @throws MetaError as `prepare`; TARGET_REFUSED for what cannot be hosted so, for more than the operator's
 * limits, and when the issuer of its tokens does not answer and was never asked before
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
  const known = readState(request.deployment)?.hosted?.issuer
  const [prepared, issuer] = await Promise.all([
    prepare(options, request, signal, (account, domain, each) => hostedUrl(account, namespace, domain, each)),
    findIssuerHosts(settings, known, options.fetchOnce, signal),
  ])
  const { domain } = settings
  const hosts = [...new Set([...hostsOf(request), ...issuer.hosts])].toSorted()
  return {
    ...prepared,
    allowed: { hosts, limits, ...(domain !== undefined && { host: domain }) },
    issuer,
  }
}

/** Of its build, and of the servers that it is connected to. */
function hostsOf({ hosts, connected }: DeploymentRequest): string[] {
  const connections = connected.connections.flatMap(({ url }) => (URL.canParse(url) ? [new URL(url).host] : []))
  return [...hosts, ...connections]
}
