import { randomBytes } from 'node:crypto'
import type { JobId } from '../model/ids.ts'

let lastMs = 0
let counter = 0

/**
 * A UUID of version 7 that is greater than every one before it in this process. Jobs that are sent in one
 * transaction have one time of creation; their ids keep them in order. RFC 9562, sections 5.7 and 6.2 (method 1).
 */
export function nextJobId(nowMs = Date.now()): JobId {
  counter = nowMs > lastMs ? 0 : counter + 1
  lastMs = Math.max(lastMs, nowMs)
  if (counter > 0xfff) {
    counter = 0
    lastMs += 1
  }
  const time = lastMs.toString(16).padStart(12, '0')
  const order = counter.toString(16).padStart(3, '0')
  const random = randomBytes(8)
  // The two highest bits are the variant.
  random[0] = ((random[0] ?? 0) & 0x3f) | 0x80
  const tail = random.toString('hex')
  // The one place where a text becomes a job's id.
  return `${time.slice(0, 8)}-${time.slice(8)}-7${order}-${tail.slice(0, 4)}-${tail.slice(4)}` as JobId
}
