import type { ServerResponse } from 'node:http'
import { KEEP_ALIVE_COMMENT, primingEvent, toEvent } from '../protocol/event-stream.ts'
import { BACKLOG_BYTES } from './answer.ts'
import { beginStream, type EventStream } from './event-stream.ts'

/** Of all sessions of one server together; what is over a bound goes, oldest first. */
export interface EventStoreLimits {
  readonly events: number
  readonly eventBytes: number
  readonly eventAgeMs: number
}

/** A stream whose client may come back for what it has missed (2025-11-25: Resumability and Redelivery). */
export interface ResumableStream extends EventStream {
  readonly isAttached: boolean
  /** Sends on another connection what was kept after the event with that number, and what follows. */
  attach(response: ServerResponse, afterNumber: number): void
}

/** The streams of one session. */
export interface SessionEvents {
  open(response: ServerResponse): ResumableStream
  /** The stream of an event id, and the event's number in it; undefined when nothing of it is kept. */
  find(eventId: string): { readonly stream: ResumableStream; readonly number: number } | undefined
  /** Forgets all of them. */
  clear(): void
}

export interface EventStore {
  readonly size: number
  readonly bytes: number
  /** Forgets what is too old. */
  sweep(): void
  /** @param primes  whether each stream begins with an event that has only an id (since 2025-11-25) */
  forSession(primes: () => boolean): SessionEvents
}

/** Between a cut and the client's next try; an event of a stream says so. */
const RETRY_MS = 1_000

interface KeptEvent {
  readonly number: number
  readonly text: string
  readonly bytes: number
  readonly at: number
  /** Where it is kept besides. */
  readonly owner: Set<KeptEvent>
}

export function createEventStore(limits: EventStoreLimits, now: () => number): EventStore {
  // A Set gives its entries in the order they came, and forgets one at no cost.
  const all = new Set<KeptEvent>()
  let bytes = 0

  function keep(event: KeptEvent): void {
    all.add(event)
    event.owner.add(event)
    bytes += event.bytes
    sweep()
  }

  function sweep(): void {
    const oldestAt = now() - limits.eventAgeMs
    for (const event of all) {
      if (all.size <= limits.events && bytes <= limits.eventBytes && event.at >= oldestAt) break
      drop(event)
    }
  }

  function drop(event: KeptEvent): void {
    if (!all.delete(event)) return
    event.owner.delete(event)
    bytes -= event.bytes
  }

  return {
    get size() {
      return all.size
    },
    get bytes() {
      return bytes
    },
    sweep,
    forSession: (primes) => createSessionEvents({ primes, now, keep, drop }),
  }
}

interface SessionEventsOptions {
  readonly primes: () => boolean
  readonly now: () => number
  readonly keep: (event: KeptEvent) => void
  readonly drop: (event: KeptEvent) => void
}

interface OpenStream {
  readonly stream: ResumableStream
  readonly events: Set<KeptEvent>
  isEnded: boolean
}

function createSessionEvents(options: SessionEventsOptions): SessionEvents {
  const streams = new Map<number, OpenStream>()
  let lastStream = 0

  function forgetDelivered(): void {
    for (const [id, { isEnded, events }] of streams) if (isEnded && events.size === 0) streams.delete(id)
  }

  return {
    open(response) {
      forgetDelivered()
      const id = ++lastStream
      const events = new Set<KeptEvent>()
      const entry: OpenStream = {
        stream: createStream(id, events, options, () => (entry.isEnded = true)),
        events,
        isEnded: false,
      }
      streams.set(id, entry)
      entry.stream.attach(response, 0)
      return entry.stream
    },
    find(eventId) {
      const [, id, number] = /^(\d{1,15})-(\d{1,15})$/.exec(eventId) ?? []
      const found = streams.get(Number(id))
      if (!found || (found.isEnded && found.events.size === 0)) return undefined
      return { stream: found.stream, number: Number(number) }
    },
    clear() {
      for (const { stream, events } of streams.values()) {
        for (const event of events) options.drop(event)
        stream.end()
      }
      streams.clear()
    },
  }
}

function createStream(
  id: number,
  events: Set<KeptEvent>,
  { primes, now, keep }: SessionEventsOptions,
  onEnd: () => void,
): ResumableStream {
  let response: ServerResponse | undefined
  let lastNumber = 0
  let isEnded = false

  return {
    isResumable: true,
    get isAttached() {
      return response !== undefined
    },
    get backlogBytes() {
      return response?.writableLength ?? 0
    },
    attach(next, afterNumber) {
      response?.end()
      response = next
      next.once('close', () => {
        if (response === next) response = undefined
      })
      beginStream(next)
      if (lastNumber === 0 && afterNumber === 0 && primes()) next.write(primingEvent(`${id}-0`, RETRY_MS))
      for (const event of events) if (event.number > afterNumber) next.write(event.text)
      if (isEnded) next.end()
    },
    write(message) {
      if (isEnded) return
      const number = ++lastNumber
      const text = toEvent(message, `${id}-${number}`)
      keep({ number, text, bytes: Buffer.byteLength(text), at: now(), owner: events })
      response?.write(text)
    },
    comment() {
      if (response && response.writableLength < BACKLOG_BYTES) response.write(KEEP_ALIVE_COMMENT)
    },
    end() {
      isEnded = true
      onEnd()
      response?.end()
    },
  }
}
