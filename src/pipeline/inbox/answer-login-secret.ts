import { LOGIN_SECRET, loginPlace } from '../../model/login-secret.ts'
import type { InboxAnswers } from './inbox-answers.ts'

export const answerLoginSecret: InboxAnswers<'login-secret'> = {
  look: async () => undefined,
  async answer({ server, request }, { fields }, { db, vault }, { tenantId }) {
    if (!server) return 'There is no such server any more.'
    const place = { tenantId, serverId: server.id, name: LOGIN_SECRET, host: loginPlace(request) }
    await db.as(tenantId, (sql) => vault.setSecret(sql, place, fields['value'] ?? ''))
    return `${LOGIN_SECRET} is set for "${server.name}". Its next deploy uses it.`
  },
}
