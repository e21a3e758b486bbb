/**
 * What this isolate can ask of its process. The functions stand in the global object for the moment in which this
 * module is evaluated, and afterwards in the scope of these modules alone: code cannot import them.
 */
interface Host {
  readonly limits: Readonly<Record<'hostCalls' | 'argumentBytes' | 'logBytes' | 'outputBytes', number>>
  /** Asks the broker; the answer comes to `deliver` of start.ts. */
  readonly call: (id: number, json: string) => void
  readonly cancel: (id: number) => void
  /** One timer for all; a negative delay takes it back. */
  readonly wake: (delayMs: number) => void
  readonly log: (level: string, message: string) => void
  readonly notice: (json: string) => void
  /** Ends the run: the first call counts. */
  readonly finish: (kind: string, ...values: string[]) => void
  /** JSON of the result, or ''. Waits for it. */
  readonly compute: (name: string, ...values: string[]) => string
}

const holder = globalThis as { hostOfThisRun?: Host }
// The runner has put it there before it evaluates this.
export const host = holder.hostOfThisRun as Host
delete holder.hostOfThisRun

// What code cannot change any more, since it was taken before code runs.
export const { parse: parseJson, stringify: toJson } = JSON

const COMPUTE_CHARACTERS = 16 * 1024 * 1024

/**
 * Has the process compute something; undefined when that cannot be computed.
 * @throws RangeError for more than 16 MiB at once
 */
export function compute(name: string, ...values: string[]): unknown {
  for (const value of values) {
    if (value.length > COMPUTE_CHARACTERS) throw new RangeError('More than 16 MiB cannot be worked on at once.')
  }
  const json = host.compute(name, ...values)
  return json === '' ? undefined : (parseJson(json) as unknown)
}

/** Bytes as a string of one character a byte. */
export function toBinary(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += CHUNK) {
    text += String.fromCharCode(...bytes.subarray(at, at + CHUNK))
  }
  return text
}

export function fromBinary(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length)
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at)
  return bytes
}

const CHUNK = 8_192
