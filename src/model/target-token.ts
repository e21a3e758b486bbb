import type { TargetName } from './deployment.ts'
import { isLoginPlace } from './login-secret.ts'

/** What mcpwright itself shows a platform when it deploys there. No server's code is given it. */
export interface TargetToken {
  readonly name: string
  /** For people: whom it is shown to. */
  readonly host: string
  /** Where the vault keeps it: no address has this form, so no request of a server is ever sent there. */
  readonly place: string
}

/** Absent for targets that need none. */
export const TARGET_TOKENS: Partial<Readonly<Record<TargetName, TargetToken>>> = {
  cloudflare: { name: 'CLOUDFLARE_API_TOKEN', host: 'api.cloudflare.com', place: 'deploys to cloudflare' },
}

/** Whether a secret of this place is of deploys, and none that the server's code or requests are given. */
export function isTargetPlace(host: string): boolean {
  return isLoginPlace(host) || Object.values(TARGET_TOKENS).some(({ place }) => place === host)
}
