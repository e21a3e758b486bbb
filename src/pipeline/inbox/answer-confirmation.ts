import { defaults } from '../../config/defaults.ts'
import { insertApprovedCall } from '../../registry/confirmation-store.ts'
import type { InboxAnswers } from './inbox-answers.ts'

export const answerConfirmation: InboxAnswers<'confirmation'> = {
  look: async () => undefined,
  async answer({ request: { tool, digest } }, _answer, { db }, { tenantId, subject }) {
    const expiresAt = new Date(Date.now() + defaults.confirmation.approvedMs)
    await db.as(tenantId, (sql) => insertApprovedCall(sql, tenantId, digest, subject, expiresAt))
    return `${tool} goes through once when it is called again in the same way.`
  },
}
