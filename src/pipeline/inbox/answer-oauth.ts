import { tokenHosts } from '../../model/inbox/oauth.ts'
import { beginLogin, redirectUri } from '../login/begin-login.ts'
import type { InboxAnswers } from './inbox-answers.ts'

export const answerOauth: InboxAnswers<'oauth'> = {
  async look({ server, request }, services, { tenantId }) {
    const resolver = server && (await services.secrets.load(tenantId, server.id))
    const [host = ''] = tokenHosts(request)
    return {
      hasClient: resolver?.value(request.client, host) !== undefined,
      redirectUri: redirectUri(services),
    }
  },
  answer: (item, { fields }, services, principal) =>
    beginLogin(item, { id: fields['client_id'] ?? '', secret: fields['client_secret'] ?? '' }, services, principal),
}
