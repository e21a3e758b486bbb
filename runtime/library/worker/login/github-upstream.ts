import { GITHUB, GITHUB_API } from './login-settings.ts'
import type { Person } from './person.ts'
import { exchangeCode, type UpstreamClient } from './exchange-code.ts'
import { askAbout, codeRequest, LoginFailed, type Upstream } from './upstream.ts'

/**
 * GitHub, which is no OpenID provider for people.
 * https://docs.github.com/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
 */
export function githubUpstream(client: UpstreamClient): Upstream {
  const { clientId, send } = client
  return {
    authorizeUrl: (attempt, state) =>
      codeRequest(`${GITHUB}/login/oauth/authorize`, clientId, attempt, { scope: 'read:user user:email', state }),
    async personOf(attempt, code) {
      const endpoint = { url: `${GITHUB}/login/oauth/access_token`, method: 'client_secret_post' } as const
      const { access_token: token } = await exchangeCode(client, endpoint, attempt, code)
      const [user, emails] = await Promise.all([
        askAbout(`${GITHUB_API}/user`, token, send),
        askAbout(`${GITHUB_API}/user/emails`, token, send),
      ])
      return personFrom(user, emails)
    },
  }
}

function personFrom(user: unknown, emails: unknown): Person {
  const { id, login } = recordOf(user)
  if (typeof id !== 'number' || typeof login !== 'string') throw new LoginFailed('GitHub did not say who you are.')
  const verified = (Array.isArray(emails) ? emails.map(recordOf) : []).flatMap(({ email, verified: isVerified }) =>
    typeof email === 'string' && isVerified === true ? [email.toLowerCase()] : [],
  )
  return { subject: String(id), emails: verified, github: login }
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
