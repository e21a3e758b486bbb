import { TARGET_TOKENS } from '../../model/target-token.ts'
import { insertEnvApproval } from '../../registry/env-approval-store.ts'
import { tryTargetToken } from '../targets/try-target-token.ts'
import { loginApproval, readWranglerLogin } from '../targets/wrangler-login.ts'
import type { InboxAnswers } from './inbox-answers.ts'

/** wrangler may have to be fetched first. */
const LOGIN_MS = 180_000

export const answerTargetToken: InboxAnswers<'target-token'> = {
  look: async () => undefined,
  async answer({ server, request: { target } }, { choice, fields }, services, { tenantId, subject }) {
    const { config, db, vault } = services
    const token = TARGET_TOKENS[target]
    if (!server || !token) return `Nothing is deployed to ${target} with a token any more.`
    if (choice === 'use-login') {
      // One that does not work is told now, and not with the next deploy.
      await readWranglerLogin(config, AbortSignal.timeout(LOGIN_MS))
      await db.as(tenantId, (sql) => insertEnvApproval(sql, tenantId, loginApproval(server.id), subject))
      return `Deploys of all your servers to ${target} use the login of wrangler.`
    }
    const place = { tenantId, serverId: server.id, name: token.name, host: token.place }
    const value = fields['value'] ?? ''
    const told = await tryTargetToken(target, value, services)
    await db.as(tenantId, (sql) => vault.setSecret(sql, place, value))
    return `${token.name} is set. Deploys of all your servers to ${target} use it. ${told}`.trim()
  },
}
