import type { WorkerLimits } from '../../../../src/model/worker-limits.ts'
import { VERIFICATION_HEADER } from '../../../library/worker/bindings.ts'
import { findTenant, type TenantDirectory } from './find-tenant.ts'
import { noSuchServer, tellFailure } from './tell-failure.ts'
import { type Egress, EGRESS_PARAMETER, SCRIPT_HEADER } from './tenant-entry.ts'

export interface DispatcherBindings {
  /** The dispatch namespace, with the outbound Worker before the network. */
  readonly DISPATCHER: {
    get(
      script: string,
      args: object,
      options: { readonly limits: WorkerLimits; readonly outbound: { readonly [EGRESS_PARAMETER]: Egress } },
    ): { fetch(request: Request): Promise<Response> }
  }
  /** KV: which script serves which name. */
  readonly TENANTS: TenantDirectory
}

/** Stands before all servers of a namespace: finds the one that is meant, and calls it within its limits. */
const dispatcher = {
  async fetch(request: Request, env: DispatcherBindings): Promise<Response> {
    const found = await findTenant(request.url, env.TENANTS)
    const isVerifier = request.headers.has(VERIFICATION_HEADER)
    const chosen = (isVerifier && found?.entry.trial) || found?.entry.serving
    if (!found || !chosen) return noSuchServer()
    const { script, host, hosts, limits } = chosen
    // Under the common address its pages would share the origin of everybody's.
    if (host !== undefined && host !== found.url.hostname) return noSuchServer()
    try {
      const options = { limits, outbound: { [EGRESS_PARAMETER]: { hosts } } }
      const response = await env.DISPATCHER.get(script, {}, options).fetch(new Request(found.url, request))
      return isVerifier ? withScript(response, script) : response
    } catch (error) {
      return tellFailure(error)
    }
  },
}
export default dispatcher

function withScript(response: Response, script: string): Response {
  const headers = new Headers(response.headers)
  headers.set(SCRIPT_HEADER, script)
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers })
}
