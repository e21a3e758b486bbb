import { createCredentials, type Credentials } from '../../../bridge/connect/login/credentials.ts'
import { createLoginStore } from '../../../bridge/connect/login/login-store.ts'
import { defaults } from '../../config/defaults.ts'
import { egressFetch } from '../../net/egress-fetch.ts'
import type { Egress } from '../../net/egress.ts'

export interface StoredLogins {
  /** Of `mcpwright login`. */
  readonly directory: string
  readonly egress: Egress
}

/**
 * The login that a person made with `mcpwright login ADDRESS`: its tokens are renewed, but nothing here opens a page.
 * Where they never logged in, nothing is asked of any authorization server.
 * @param wanted  what to say then, and when a login has run out
 * @param signal  ends a renewal that is under way
 */
export function storedLogin(
  url: string,
  { directory, egress }: StoredLogins,
  wanted: () => Error,
  signal: AbortSignal,
): Credentials {
  const store = createLoginStore(directory, url)
  const { timeoutMs, metadataBytes } = defaults.login
  const login = createCredentials({
    serverUrl: url,
    store,
    fetch: egressFetch(egress, { hosts: 'any', timeoutMs, answerBytes: metadataBytes, redirects: 0 }),
    openBrowser: () => Promise.resolve(false),
    personWanted: wanted,
    tell: (line) => console.error(line),
    identity: { id: undefined, secret: undefined, metadataUrl: undefined },
    loginMs: 0,
    signal,
    now: Date.now,
  })
  const requireLogin = async (): Promise<void> => {
    if ((await store.read()).issuer === undefined) throw wanted()
  }
  return {
    current: () => login.current(),
    renew: async (rejected, challenge) => {
      await requireLogin()
      await login.renew(rejected, challenge)
    },
    widen: async (insufficient, challenge) => {
      await requireLogin()
      await login.widen(insufficient, challenge)
    },
  }
}
