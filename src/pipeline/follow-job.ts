import { defaults } from '../config/defaults.ts'
import type { ErrorCode } from '../errors/codes.ts'
import { MetaError } from '../errors/meta-error.ts'
import type { JobId } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'
import type { JobFailure, JobState } from '../queue/queue.ts'
import type { Services } from './services.ts'

export type FollowedJob =
  | { readonly kind: 'done'; readonly output: unknown }
  | { readonly kind: 'running'; readonly job: JobId }

/** The call that waits: a MetaCall is one. */
interface FollowingCall {
  readonly services: Pick<Services, 'queue'>
  readonly principal: Principal
  readonly signal: AbortSignal
  /** Its abort has the job given up. */
  readonly cancelled: AbortSignal
  readonly progress: (message: string, done?: number, total?: number) => void
  readonly takesTasks: boolean
}

/**
 * Waits for a job as long as a call may last, telling the person how far it is. A client that goes away leaves the
 * job alone; one that cancels its call ends it.
 * @param label  what goes on, for the person
 * @throws the job's own error, with its code and fix
 */
export async function followJob(job: JobId, call: FollowingCall, label: string): Promise<FollowedJob> {
  const { queue } = call.services
  const { tenantId } = call.principal
  const waitMs = call.takesTasks ? defaults.jobs.taskMs : defaults.jobs.answerMs
  const cancel = (): void => {
    queue.cancel(tenantId, job).catch((error: unknown) => console.error('A job could not be cancelled:', error))
  }
  call.cancelled.addEventListener('abort', cancel, { once: true })
  if (call.cancelled.aborted) cancel()
  const stopTelling = tellProgress(job, call, label)
  try {
    return toFollowed(job, await queue.wait(tenantId, job, AbortSignal.any([call.signal, AbortSignal.timeout(waitMs)])))
  } finally {
    stopTelling()
    // What has been answered can't be cancelled by its call any more.
    call.cancelled.removeEventListener('abort', cancel)
  }
}

/** The error of a job that failed. */
export function jobError({ code, message, fix, next }: JobFailure): MetaError {
  // Failures are stored by our own worker, with codes of the list.
  const mend = fix ?? 'Try again; get_logs and get_server show more.'
  return new MetaError(code as ErrorCode, message, mend, { ...(next && { next }) })
}

/** Each step at once, and the seconds meanwhile. @returns what ends that */
function tellProgress(job: JobId, { services, progress }: FollowingCall, label: string): () => void {
  const started = performance.now()
  let step = { done: 0, total: 0, message: '' }
  let ticks = 0
  const tell = (): void => {
    const seconds = Math.round((performance.now() - started) / 1_000)
    const text = [label, step.message, ...(seconds > 0 ? [`(${seconds} s)`] : [])].filter(Boolean).join(' ')
    // Progress has to grow with each message (MCP 2026-07-28, basic/patterns/progress), also while one step lasts, and
    // stays below the next one: before the first is known, below one.
    const done = step.done + ticks / (ticks + 10)
    if (step.total === 0) progress(text, done)
    else progress(text, done, step.total)
  }
  const unwatch = services.queue.watch(job, (next) => {
    step = next
    ticks = 0
    tell()
  })
  const ticking = setInterval(() => {
    ticks++
    tell()
  }, 1_000)
  tell()
  return () => {
    unwatch()
    clearInterval(ticking)
  }
}

function toFollowed(job: JobId, state: JobState): FollowedJob {
  if (state.state === 'done') return { kind: 'done', output: state.output }
  if (state.state === 'failed') throw jobError(state.error)
  return { kind: 'running', job }
}
