import { createHash, randomBytes } from 'node:crypto'

/**
 * Logins whose person is away at an authorization server. Each comes back once, in the browser that left, within its
 * time. They live in the memory of this daemon, which the browser comes back to.
 */
export interface PendingLogins<Login> {
  /**
   * @param state  goes through the authorization server and back (RFC 6749, section 10.12)
   * @param browserToken  stays in the browser, as a cookie
   */
  begin(login: Login): { readonly state: string; readonly browserToken: string }
  /** Uses the state up, also when the browser is another. @returns undefined when it is not good (any more) */
  finish(state: string, browserToken: string): Login | undefined
}

/** @param now  milliseconds */
export function createPendingLogins<Login>(lifeMs: number, now: () => number = Date.now): PendingLogins<Login> {
  const pending = new Map<string, { readonly login: Login; readonly browser: string; readonly endsAt: number }>()
  return {
    begin(login) {
      for (const [key, { endsAt }] of pending) if (endsAt <= now()) pending.delete(key)
      const [state, browserToken] = [randomToken(), randomToken()]
      pending.set(digest(state), { login, browser: digest(browserToken), endsAt: now() + lifeMs })
      return { state, browserToken }
    },
    finish(state, browserToken) {
      const found = pending.get(digest(state))
      pending.delete(digest(state))
      const isGood = found !== undefined && found.endsAt > now() && found.browser === digest(browserToken)
      return isGood ? found.login : undefined
    },
  }
}

function randomToken(): string {
  return randomBytes(32).toString('base64url')
}

/** What is compared are digests of secrets, so the time it takes tells nothing. */
function digest(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
