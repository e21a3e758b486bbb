import type { DeploymentRequest } from '../../../src/model/deployment-target.ts'
import type { CloudflareState } from './state.ts'

/** What has been reached, as it is stored: each change is on disk before the next step begins. */
export interface Journal {
  state(): CloudflareState
  change(changes: Partial<CloudflareState>): Promise<void>
  replace(state: CloudflareState): Promise<void>
}

/** @param signal  looked at after each entry: who died here goes on from it */
export function openJournal(
  first: CloudflareState,
  { keep }: Pick<DeploymentRequest, 'keep'>,
  signal: AbortSignal,
): Journal {
  let current = first

  async function replace(state: CloudflareState): Promise<void> {
    current = state
    await keep({ ...state })
    signal.throwIfAborted()
  }

  return {
    state: () => current,
    change: (changes) => replace({ ...current, ...changes }),
    replace,
  }
}
