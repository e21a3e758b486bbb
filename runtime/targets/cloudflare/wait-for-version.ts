import { MetaError } from '../../../src/errors/meta-error.ts'
import { type Clock, systemClock } from '../../library/clock.ts'

/** As long as a change may take until it is known everywhere. */
export const PROPAGATION_MS = 90_000
const PAUSE_MS = 1_000
const ANSWER_MS = 10_000
/** Answers in a row: a change reaches the machines of one place one after the other. */
const STEADY = 3

export interface Awaited {
  /** Of the server, without a path. */
  readonly url: string
  readonly versionId: string
  readonly fetch: typeof fetch
  readonly clock?: Clock | undefined
}

/**
 * Asks `/health` until this version of the Worker answers.
 * @throws MetaError DEPLOYMENT_FAILED after 90 s, with what was answered last; the signal's reason
 */
export async function waitForVersion(
  { url, versionId, fetch: send, clock = systemClock }: Awaited,
  signal: AbortSignal,
): Promise<void> {
  const end = clock.now() + PROPAGATION_MS
  for (let inRow = 0; ;) {
    const answer = await askHealth(url, send, signal)
    signal.throwIfAborted()
    inRow = answer.version === versionId ? inRow + 1 : 0
    if (inRow === STEADY) return
    if (inRow > 0) continue
    if (clock.now() >= end) throw notThere(url, answer)
    await clock.wait(PAUSE_MS, signal)
    signal.throwIfAborted()
  }
}

interface HealthAnswer {
  /** The id of the version that answered; null: it does not tell; absent: none answered. */
  readonly version?: string | null
  readonly words: string
}

async function askHealth(url: string, send: typeof fetch, signal: AbortSignal): Promise<HealthAnswer> {
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)])
    const response = await send(`${url}/health`, { signal: limit })
    const text = await response.text()
    if (!response.ok) return { words: `HTTP ${response.status}: ${text.slice(0, 300)}` }
    const { workerVersion = null } = JSON.parse(text) as { workerVersion?: string | null }
    return { version: workerVersion, words: workerVersion === null ? TELLS_NONE : 'another version' }
  } catch (error) {
    return { words: error instanceof Error ? error.message : String(error) }
  }
}

const TELLS_NONE = 'a version that does not tell which it is'

function notThere(url: string, { version, words }: HealthAnswer): MetaError {
  return new MetaError(
    'DEPLOYMENT_FAILED',
    `After ${PROPAGATION_MS / 1_000} s the new version did not answer at ${url}/health. Last answer: ${words}`,
    version === null
      ? 'This version was built before it could be published; deploy without `version`, so that it is built anew.'
      : 'Mend what the last answer says, or deploy again later: a new domain takes some minutes until it answers.',
  )
}
