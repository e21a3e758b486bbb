import { type Egress, EGRESS_PARAMETER } from './tenant-entry.ts'

/** Stands between all servers of a namespace and the network: lets a server reach its own hosts, and no others. */
const outbound = {
  async fetch(request: Request, env: { readonly [EGRESS_PARAMETER]?: Egress }): Promise<Response> {
    const { host, protocol } = new URL(request.url)
    const hosts = env[EGRESS_PARAMETER]?.hosts ?? []
    // A redirect comes back to the server, whose next request passes here again.
    if (/^https?:$/.test(protocol) && hosts.includes(host)) return fetch(request, { redirect: 'manual' })
    return Response.json({ error: `HOST_NOT_ALLOWED: This server may not reach "${host}".` }, { status: 403 })
  },
}
export default outbound
