import type { ServerId } from '../../model/ids.ts'
import type { Paragraph } from '../../model/inbox/inbox-kind.ts'
import type { Principal } from '../../model/principal.ts'
import { appendAuditEvent } from '../../registry/audit-store.ts'
import { listApprovedHosts, withdrawHost } from '../../registry/connection-store.ts'
import { listEnvApprovals, removeEnvApproval } from '../../registry/env-approval-store.ts'
import type { Services } from '../services.ts'
import { startAgain } from '../set-server-secret.ts'
import { isLoginApproval } from '../targets/wrangler-login.ts'

/** Something that a person allowed on the inbox page and can take back there. */
export interface Grant {
  /** Names it in a form. */
  readonly key: string
  readonly text: Paragraph
  /** Takes it back. @returns what was done, for the person */
  readonly withdraw: () => Promise<string>
}

export async function listGrants(services: Services, principal: Principal): Promise<readonly Grant[]> {
  return [
    ...(await localHostGrants(services)),
    ...(await variableGrants(services, principal)),
    ...(await connectionGrants(services, principal)),
  ]
}

/** Takes back what the key names. Only the inbox page calls this. @returns what was done, for the person */
export async function withdrawGrant(key: string, services: Services, principal: Principal): Promise<string> {
  const grant = (await listGrants(services, principal)).find((each) => each.key === key)
  if (!grant) return 'That is not allowed any more as it is.'
  const said = await grant.withdraw()
  const { tenantId, subject } = principal
  await services.db.as(tenantId, (sql) =>
    appendAuditEvent(sql, tenantId, { subject, action: 'inbox.withdraw', details: { grant: key } }),
  )
  return said
}

async function localHostGrants({ localHosts }: Services): Promise<Grant[]> {
  return (await localHosts.opened()).map((address) => ({
    key: `local-host ${address}`,
    text: ['You opened ', { strong: address }, ' to your servers.'],
    async withdraw() {
      await localHosts.close(address)
      return `${address} is closed.`
    },
  }))
}

async function connectionGrants({ db }: Services, { tenantId }: Principal): Promise<Grant[]> {
  const hosts = await db.as(tenantId, (sql) => listApprovedHosts(sql, tenantId))
  return hosts.map((host) => ({
    key: `connection ${host}`,
    text: ['You allowed your servers to offer tools of ', { strong: host }, '.'],
    async withdraw() {
      await db.as(tenantId, (sql) => withdrawHost(sql, tenantId, host))
      return `Tools of ${host} are called no more.`
    },
  }))
}

async function variableGrants(services: Services, { tenantId }: Principal): Promise<Grant[]> {
  const approvals = await services.db.as(tenantId, (sql) => listEnvApprovals(sql, tenantId))
  return approvals.map((approval) => ({
    key: `variable ${approval.serverId} ${approval.name} ${approval.host}`,
    text: isLoginApproval(approval)
      ? ['Deploys to Cloudflare use the ', { strong: approval.name }, ' on this machine.']
      : [
          `"${approval.server}" sends the environment variable `,
          { strong: `${approval.name} to ${approval.host}` },
          '.',
        ],
    async withdraw() {
      await forgetApproval(approval, services, tenantId)
      return isLoginApproval(approval)
        ? 'The login of wrangler is used no more.'
        : `${approval.name} is no longer sent to ${approval.host}.`
    },
  }))
}

function forgetApproval(
  approval: { readonly serverId: ServerId; readonly name: string; readonly host: string },
  services: Services,
  tenantId: Principal['tenantId'],
): Promise<void> {
  return services.db.as(tenantId, async (sql) => {
    await removeEnvApproval(sql, tenantId, approval)
    await startAgain(sql, services, tenantId, approval.serverId)
  })
}
