import { insertEnvApproval } from '../../registry/env-approval-store.ts'
import { requireServerById } from '../../registry/server-store.ts'
import { setServerSecret, startAgain } from '../set-server-secret.ts'
import { forgetMetRequests } from './forget-met-requests.ts'
import type { InboxAnswers } from './inbox-answers.ts'

export const answerSecret: InboxAnswers<'secret'> = {
  async look({ server, request: { name, host } }, { config, secrets }, { tenantId }) {
    const hasVariable = config.ownVariable(name) !== undefined
    const unreadable = server && (await secrets.load(tenantId, server.id)).unreadable(name, host)
    return { hasVariable, ...(unreadable !== undefined && { unreadable }) }
  },
  async answer({ server, request: { name, host } }, { choice, fields }, services, { tenantId, subject }) {
    if (!server) return `No server needs ${name} any more.`
    if (choice === 'use-variable') {
      const approval = { serverId: server.id, name, host }
      await services.db.as(tenantId, async (sql) => {
        await insertEnvApproval(sql, tenantId, approval, subject)
        await forgetMetRequests(sql, tenantId, await requireServerById(sql, tenantId, server.id))
        await startAgain(sql, services, tenantId, server.id)
      })
      return `The environment variable ${name} is sent to ${host} for "${server.name}".`
    }
    await setServerSecret({ server: server.name, name, host, value: fields['value'] ?? '' }, services, tenantId)
    return `${name} is set. It is sent to ${host} only.`
  },
}
