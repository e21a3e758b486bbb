import { findDeployment, updateDeployment } from '../../registry/deployment-store.ts'
import type { InboxAnswers } from './inbox-answers.ts'

export const answerOpenServer: InboxAnswers<'open-server'> = {
  look: async () => undefined,
  async answer({ server, request: { target, digest } }, _answer, { db }, { tenantId }) {
    const opened = await db.as(tenantId, async (sql) => {
      const deployment = server && (await findDeployment(sql, tenantId, server.id, target))
      return deployment && updateDeployment(sql, tenantId, deployment.id, { openApproval: digest })
    })
    if (!server || !opened) return 'There is no such deployment any more.'
    return `Everybody may call "${server.name}" on ${target} from its next deploy with that setting on: name it again, since a deploy that is refused keeps none.`
  },
}
