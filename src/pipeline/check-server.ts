import { gradeServer } from '../checks/grade-server.ts'
import type { ListedDigests } from '../checks/checked-server.ts'
import type { Sql } from '../db/db.ts'
import type { Finding, ServerReport } from '../model/finding.ts'
import type { TenantId } from '../model/ids.ts'
import type { Server } from '../model/server.ts'
import type { ServerDefinition } from '../model/server-definition.ts'
import { listConnectionTools } from '../registry/connection-tool-store.ts'
import { loadDefinition } from '../registry/load-definition.ts'
import { probeBehaviour } from './probe-behaviour.ts'
import type { Services } from './services.ts'

/**
 * Checks a server's definition as it stands, by the rules of docs/checks.md. Nothing is sent and nothing changes.
 * @param probe  also repeats the saved tests and tries hand-written tools (B1, B2), with mocks alone
 */
export async function checkServer(
  server: Server,
  { probe }: { readonly probe: boolean },
  services: Services,
  signal: AbortSignal,
): Promise<ServerReport> {
  const { definition, listed } = await services.db.as(server.tenantId, async (sql) => {
    const loaded = await loadDefinition(sql, server.tenantId, server)
    return { definition: loaded, listed: await listedDigests(sql, server.tenantId, loaded) }
  })
  // A large definition takes half a second: the daemon's event loop does not wait for it.
  const found = await services.workshop.run(
    'check-definition',
    { definition, listed },
    { tenantId: server.tenantId, signal },
  )
  const probed = probe ? await probeBehaviour(definition, server, services, signal) : []
  const { tools, resources, prompts } = definition
  return gradeServer([...found, ...probed], tools.length + resources.length + prompts.length)
}

/** What connected servers list now, as far as it is known here. */
async function listedDigests(sql: Sql, tenantId: TenantId, definition: ServerDefinition): Promise<ListedDigests> {
  const { id: serverId, connections } = definition
  const digests: Record<string, Record<string, string>> = {}
  for (const { name } of connections) {
    const tools = await listConnectionTools(sql, { tenantId, serverId, connection: name })
    digests[name] = Object.fromEntries(tools.flatMap(({ tool, latest }) => (latest ? [[tool, latest.digest]] : [])))
  }
  return digests
}

/** What stops a deploy: gates that are not acknowledged. */
export function openGates({ findings }: ServerReport, acknowledged: readonly string[]): readonly Finding[] {
  return findings.filter(({ weight, id }) => weight === 'gate' && !acknowledged.includes(id))
}
