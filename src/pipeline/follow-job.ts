import { defaults } from '../config/defaults.ts'
import type { ErrorCode } from '../errors/codes.ts'
import { MetaError } from '../errors/meta-error.ts'
import type { JobId, TenantId } from '../model/ids.ts'
import type { JobState } from '../queue/queue.ts'
import type { Services } from './services.ts'

export type FollowedJob =
  | { readonly kind: 'done'; readonly output: unknown }
  | { readonly kind: 'running'; readonly job: JobId }

interface FollowOptions {
  readonly tenantId: TenantId
  readonly signal: AbortSignal
  readonly progress: (message: string) => void
  /** What goes on, for the person. */
  readonly label: string
}

/**
 * Waits for a job as long as a call may last, telling the person that it goes on.
 * @throws the job's own error, with its code and fix
 */
export async function followJob(
  job: JobId,
  { queue }: Pick<Services, 'queue'>,
  { tenantId, signal, progress, label }: FollowOptions,
): Promise<FollowedJob> {
  const started = performance.now()
  const ticking = setInterval(() => progress(`${label} (${Math.round((performance.now() - started) / 1000)} s)`), 1_000)
  try {
    return toFollowed(
      job,
      await queue.wait(tenantId, job, AbortSignal.any([signal, AbortSignal.timeout(defaults.jobs.answerMs)])),
    )
  } finally {
    clearInterval(ticking)
  }
}

function toFollowed(job: JobId, state: JobState): FollowedJob {
  if (state.state === 'done') return { kind: 'done', output: state.output }
  if (state.state === 'failed') throw jobError(state.error)
  return { kind: 'running', job }
}

function jobError({ code, message, fix }: Extract<JobState, { state: 'failed' }>['error']): MetaError {
  // Failures are stored by our own worker, with codes of the list.
  return new MetaError(code as ErrorCode, message, fix ?? 'Try again; get_logs and get_server show more.')
}
