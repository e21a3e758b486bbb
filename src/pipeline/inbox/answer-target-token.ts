import { TARGET_TOKENS } from '../../model/target-token.ts'
import type { InboxAnswers } from './inbox-answers.ts'

export const answerTargetToken: InboxAnswers<'target-token'> = {
  look: async () => undefined,
  async answer({ server, request: { target } }, { fields }, { db, vault }, { tenantId }) {
    const token = TARGET_TOKENS[target]
    if (!server || !token) return `Nothing is deployed to ${target} with a token any more.`
    const place = { tenantId, serverId: server.id, name: token.name, host: token.place }
    await db.as(tenantId, (sql) => vault.setSecret(sql, place, fields['value'] ?? ''))
    return `${token.name} is set. Deploys of all your servers to ${target} use it.`
  },
}
