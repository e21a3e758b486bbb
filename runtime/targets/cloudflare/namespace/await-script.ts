import { MetaError } from '../../../../src/errors/meta-error.ts'
import { type Clock, systemClock } from '../../../library/clock.ts'
import { VERIFICATION_HEADER } from '../../../library/worker/bindings.ts'
import { SCRIPT_HEADER } from '../platform/tenant-entry.ts'
import { PROPAGATION_MS } from '../wait-for-version.ts'

export interface AwaitedScript {
  /** Of the server, without its `/mcp`. */
  readonly url: string
  readonly script: string
  /** What opens a trial; anything else meets a script that is open to everybody. */
  readonly credential: string
  readonly fetch: typeof fetch
  readonly clock?: Clock | undefined
}

const PAUSE_MS = 1_000
const ANSWER_MS = 10_000
/** Answers in a row: a change reaches the machines of one place one after the other. */
const STEADY = 3

/**
 * Asks `/health` through the dispatcher until this script answers.
 * @throws MetaError DEPLOYMENT_FAILED after 90 s, with what was answered last; the signal's reason
 */
export async function awaitScript(awaited: AwaitedScript, signal: AbortSignal): Promise<void> {
  const { url, clock = systemClock } = awaited
  const end = clock.now() + PROPAGATION_MS
  for (let inRow = 0; ;) {
    const words = await askHealth(awaited, signal)
    signal.throwIfAborted()
    inRow = words === undefined ? inRow + 1 : 0
    if (inRow === STEADY) return
    if (words === undefined) continue
    if (clock.now() >= end) throw notThere(url, words)
    await clock.wait(PAUSE_MS, signal)
  }
}

/** @returns undefined: it is the script that answers; else what is the matter */
async function askHealth(
  { url, script, credential, fetch: send }: AwaitedScript,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)])
    const response = await send(`${url}/health`, { headers: { [VERIFICATION_HEADER]: credential }, signal: limit })
    const text = await response.text()
    if (!response.ok) return `HTTP ${response.status}: ${text.slice(0, 300)}`
    return response.headers.get(SCRIPT_HEADER) === script ? undefined : 'another version'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function notThere(url: string, words: string): MetaError {
  return new MetaError(
    'DEPLOYMENT_FAILED',
    `After ${PROPAGATION_MS / 1_000} s the new version did not answer at ${url}/health. Last answer: ${words}`,
    'Mend what the last answer says, or deploy again later: a new domain takes some minutes until it answers.',
  )
}
