import { createCloudflareApi } from '../../../runtime/targets/cloudflare/api/cloudflare-api.ts'
import { type TokenTrial, tryToken } from '../../../runtime/targets/cloudflare/api/try-token.ts'
import { defaults } from '../../config/defaults.ts'
import { MetaError } from '../../errors/meta-error.ts'
import type { TargetName } from '../../model/deployment.ts'
import { egressFetch } from '../../net/egress-fetch.ts'
import type { Services } from '../services.ts'

/** A person waits for the page. */
const TRIAL_MS = 8_000

/**
 * Shows a token to its platform before it is stored.
 * @returns what it may and may not do, for the person; also that the platform could not be asked
 * @throws MetaError TARGET_FORBIDDEN when the platform does not take it
 */
export async function tryTargetToken(
  target: TargetName,
  token: string,
  { config: { cloudflare }, egress }: Pick<Services, 'config' | 'egress'>,
  timeoutMs = TRIAL_MS,
): Promise<string> {
  if (target !== 'cloudflare') return ''
  // A header cannot hold it, and who complains of one shows it.
  if (!TOKEN.test(token)) return tell({ kind: 'refused', reason: 'It holds signs that no token has.' })
  const { account, apiBaseUrl } = cloudflare
  const fetch = egressFetch(egress, { hosts: 'any', ...defaults.egress })
  const api = createCloudflareApi({ apiBaseUrl, token }, { fetch, timeoutMs, waitsMs: [] })
  return tell(await tryToken(api, account, AbortSignal.timeout(timeoutMs)))
}

/** Visible ASCII: RFC 6750, section 2.1 has less. */
const TOKEN = /^[!-~]+$/

function tell(trial: TokenTrial): string {
  if (trial.kind === 'refused') {
    throw new MetaError(
      'TARGET_FORBIDDEN',
      `The token was not saved, since it does not work. ${trial.reason}`,
      'Copy it once more, whole: the dashboard shows it only when it is made; or make a new one there.',
    )
  }
  if (trial.kind === 'untried') return `Whether it works could not be tried now: ${trial.reason}`
  const { accounts, lacks = [] } = trial
  const reached = accounts.map(({ name }) => `"${name}"`).join(', ')
  const places =
    accounts.length === 0
      ? 'It reaches no account: give it "Account Settings: Read", or name the account in `account` of settings.'
      : `It works, for ${accounts.length === 1 ? 'the account' : 'the accounts'} ${reached}.`
  if (lacks.length === 0) return places
  return `${places} It lacks: ${lacks.join(', ')}. Add in the dashboard what your servers need; the token keeps its value.`
}
