import { setServerSecret } from '../set-server-secret.ts'
import type { InboxAnswers } from './inbox-answers.ts'

export const answerSecret: InboxAnswers<'secret'> = {
  look: async () => undefined,
  async answer({ server, request: { name, host } }, { fields: { value = '' } }, services, { tenantId }) {
    if (server) await setServerSecret({ server: server.name, name, host, value }, services, tenantId)
    return `${name} is set. It is sent to ${host} only.`
  },
}
