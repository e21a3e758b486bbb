import { MetaError } from '../errors/meta-error.ts'
import type { TargetName } from '../model/deployment.ts'
import type { Finding } from '../model/finding.ts'
import type { Principal } from '../model/principal.ts'
import type { Server } from '../model/server.ts'
import { appendAuditEvent } from '../registry/audit-store.ts'
import { checkServer, openGates } from './check-server.ts'
import type { Services } from './services.ts'

/**
 * Refuses to deploy what its gates stop. An acknowledgement holds for one deploy, and is written into the audit log: a
 * finding that has become another is asked about again. Saved tests (B1) are run by the build itself.
 * @returns the warnings, the worst first
 * @throws MetaError CHECK_FAILED with the ids of the gates
 */
export async function refuseGates(
  server: Server,
  { acknowledge, target }: { readonly acknowledge: readonly string[]; readonly target: TargetName },
  services: Services,
  { tenantId, subject }: Pick<Principal, 'tenantId' | 'subject'>,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const report = await checkServer(server, { probe: false }, services, signal)
  const gates = openGates(report, acknowledge)
  if (gates.length > 0) throw checkFailed(server.name, target, gates, acknowledge)
  const acknowledged = openGates(report, []).map(({ id }) => id)
  if (acknowledged.length > 0) {
    const event = {
      subject,
      action: 'acknowledge',
      serverId: server.id,
      details: { server: server.name, findings: acknowledged },
    }
    await services.db.as(tenantId, (sql) => appendAuditEvent(sql, tenantId, event))
  }
  return report.findings.filter(({ weight }) => weight === 'warning')
}

const SHOWN = 5

function checkFailed(
  server: string,
  target: TargetName,
  gates: readonly Finding[],
  acknowledged: readonly string[],
): MetaError {
  const shown = gates.slice(0, SHOWN).map(({ id, problem, fix }) => `${id}: ${problem} ${fix}`)
  const more = gates.length > SHOWN ? [`And ${gates.length - SHOWN} more: see check_server.`] : []
  const acknowledge = [...acknowledged, ...gates.map(({ id }) => id)]
  return new MetaError(
    'CHECK_FAILED',
    `"${server}" was not deployed: ${gates.length === 1 ? 'a finding stops' : `${gates.length} findings stop`} it.\n${[...shown, ...more].join('\n')}`,
    'Mend them; or, when the person has read them and wants it so, deploy with their ids in acknowledge.',
    { next: { tool: 'deploy', arguments: { server, ...(target !== 'local' && { target }), acknowledge } } },
  )
}
