import type { LogLine } from '../../../../src/model/deployment-target.ts'
import type { Clock } from '../../../library/clock.ts'
import type { CloudflareAccess, Wrangler } from '../wrangler/wrangler.ts'
import { splitJson } from './split-json.ts'
import { traceLines } from './trace-lines.ts'

/** Who asks again within this time is following a log. */
const FOLLOWS_MS = 10_000
/** A tail ends when nobody has asked for so long. */
const UNASKED_MS = 60_000
/** One that has ended by itself, or could not be had, is tried again after this: the token may lack the right. */
const AGAIN_MS = 60_000
const KEPT_LINES = 2_000

/** Live tails of Workers whose logs somebody follows: the platform's own log has a line only seconds later. */
export interface LiveTails {
  /**
   * The lines that a tail has heard, oldest first. Asked for the second time within ten seconds, one is begun.
   * @param access  for the tail
   */
  lines(worker: string, access: CloudflareAccess): readonly LogLine[]
  close(): Promise<void>
}

interface Followed {
  askedMs: number
  /** When its last tail was begun. */
  beganMs: number
  readonly lines: LogLine[]
  /** Absent: nobody follows yet. Resolves with what ends it. */
  tail?: Promise<() => Promise<void>>
}

export function createLiveTails(wrangler: Pick<Wrangler, 'tail'>, clock: Pick<Clock, 'now'>): LiveTails {
  const followed = new Map<string, Followed>()
  let timer: NodeJS.Timeout | undefined

  function begin(worker: string, entry: Followed, access: CloudflareAccess): void {
    const take = splitJson((text) => {
      entry.lines.push(...traceLines(text))
      entry.lines.splice(0, entry.lines.length - KEPT_LINES)
    })
    entry.beganMs = clock.now()
    entry.tail = wrangler.tail(worker, access, take).then(
      (tail) => {
        void tail.ended.then(() => delete entry.tail)
        return () => tail.close()
      },
      () => {
        // The platform's own log is there without it.
        delete entry.tail
        return async () => {}
      },
    )
  }

  async function end(key: string, { tail }: Followed): Promise<void> {
    followed.delete(key)
    const close = await tail
    await close?.()
  }

  async function endUnasked(): Promise<void> {
    const old = [...followed].filter(([, { askedMs }]) => askedMs + UNASKED_MS <= clock.now())
    await Promise.all(old.map(([key, entry]) => end(key, entry)))
    if (followed.size > 0) return
    clearInterval(timer)
    timer = undefined
  }

  return {
    lines(worker, access) {
      const key = `${access.accountId} ${worker}`
      const entry = followed.get(key) ?? { askedMs: -Infinity, beganMs: -Infinity, lines: [] }
      const now = clock.now()
      const isFollowed = entry.askedMs + FOLLOWS_MS > now
      if (isFollowed && !entry.tail && entry.beganMs + AGAIN_MS <= now) begin(worker, entry, access)
      entry.askedMs = now
      followed.set(key, entry)
      timer ??= setInterval(() => void endUnasked(), UNASKED_MS / 4).unref()
      return entry.lines
    },
    async close() {
      clearInterval(timer)
      await Promise.all([...followed].map(([key, entry]) => end(key, entry)))
    },
  }
}
