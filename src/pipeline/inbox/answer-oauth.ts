import { loginHosts } from '../../model/inbox/oauth.ts'
import { MetaError } from '../../errors/meta-error.ts'
import { beginLogin, redirectUri } from '../login/begin-login.ts'
import { addressesOf, loginEndpoints } from '../login/login-endpoints.ts'
import type { InboxAnswers } from './inbox-answers.ts'

export const answerOauth: InboxAnswers<'oauth'> = {
  async look({ server, request }, services, { tenantId }) {
    const addresses = await loginEndpoints(request, services.egress).then(addressesOf, asProblem)
    const resolver = server && (await services.secrets.load(tenantId, server.id))
    const [host = ''] = 'problem' in addresses ? [] : loginHosts(request, addresses)
    return {
      addresses,
      hasClient: resolver?.value(request.client, host) !== undefined,
      redirectUri: redirectUri(services),
    }
  },
  answer: (item, { choice, fields }, services, principal) => {
    const client = { id: fields['client_id'] ?? '', secret: fields['client_secret'] ?? '' }
    return beginLogin(item, { choice, client }, services, principal)
  },
}

/** A provider that cannot be asked now is told on the page. */
function asProblem(error: unknown): { problem: string } {
  if (error instanceof MetaError) return { problem: `${error.message} ${error.fix}` }
  throw error
}
