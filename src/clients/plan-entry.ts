import { isDeepStrictEqual } from 'node:util'
import type { Client, Entry } from './client.ts'
import type { Original } from './configuration-file.ts'
import { BrokenConfiguration, type ConfigurationFormat } from './configuration-format.ts'
import { jsonFormat } from './json-format.ts'
import { type OwnEntry, readOwnEntry } from './own-entry.ts'
import { tomlFormat } from './toml-format.ts'

/** What would be done to one configuration file; nothing is done yet. Texts are whole files, undefined: no file. */
export type EntryPlan =
  | { readonly state: 'up-to-date' }
  /** There is no entry to take away. */
  | { readonly state: 'absent' }
  /** An entry of that name starts something else. */
  | { readonly state: 'foreign'; readonly starts: string }
  | { readonly state: 'broken'; readonly what: string; readonly line: number; readonly column: number }
  | { readonly state: 'change'; readonly before: string | undefined; readonly after: string | undefined }

const FORMATS: Readonly<Record<Client['format'], ConfigurationFormat>> = {
  json: jsonFormat(false),
  jsonc: jsonFormat(true),
  toml: tomlFormat,
}

type Configured = Pick<Client, 'format' | 'section'>

/** @param overwrite  an entry of that name which is somebody else's */
export function planPut(
  client: Configured,
  before: string | undefined,
  name: string,
  entry: Entry,
  overwrite = false,
): EntryPlan {
  return orBroken(() => {
    const { format, text, entries = {} } = open(client, before)
    const found = entries[name]
    const isOurs = isSame(readOwnEntry(found), readOwnEntry(entry))
    if (found !== undefined && !isOurs && !overwrite) return { state: 'foreign', starts: describe(found) }
    const kept: Record<string, unknown> = isOurs ? { ...Object(found) } : {}
    const wanted = {
      ...kept,
      ...entry,
      ...(entry['env'] && { env: { ...Object(kept['env']), ...Object(entry['env']) } }),
    }
    if (isDeepStrictEqual(found, wanted)) return { state: 'up-to-date' }
    // What is somebody else's has other fields, which would be ours then.
    const cleared = found === undefined || isOurs ? text : format.take(text, client.section, name)
    const after = format.put(cleared, client.section, name, wanted)
    prove(client, after, { ...entries, [name]: wanted })
    return { state: 'change', before, after: restoreMark(before, after) }
  })
}

/**
 * Takes our entries away: those that `isMeant`. With the last of them goes what only they needed: the section, the
 * file. A file that differs from the one before us in spaces alone becomes that one, to the byte.
 */
export function planTake(
  client: Configured,
  before: string | undefined,
  original: Original,
  isMeant: (own: OwnEntry, name: string) => boolean,
): EntryPlan {
  return orBroken(() => {
    const { format, text, entries = {} } = open(client, before)
    const own = Object.entries(entries).flatMap(([name, entry]) => {
      const read = readOwnEntry(entry)
      return read ? [{ name, own: read }] : []
    })
    const taken = own.filter((each) => isMeant(each.own, each.name)).map(({ name }) => name)
    if (taken.length === 0) return { state: 'absent' }
    const overwritten = foreignEntries(client, original).filter(([name]) => taken.includes(name))
    const kept = Object.entries(entries).filter(([name]) => !taken.includes(name))
    const left = Object.fromEntries([...kept, ...overwritten])
    const cleared = taken.reduce((rest, name) => format.take(rest, client.section, name), text)
    const without = overwritten.reduce((rest, [name, entry]) => format.put(rest, client.section, name, entry), cleared)
    prove(client, without, left)
    if (own.length > taken.length) return { state: 'change', before, after: restoreMark(before, without) }
    const tidy = tidyUp(client, without, left, original)
    return { state: 'change', before, after: tidy === undefined ? undefined : restoreMark(before, tidy) }
  })
}

/** What a person let us write over comes back when we go. */
function foreignEntries(client: Configured, original: Original): (readonly [string, Entry])[] {
  if (original.was !== 'text') return []
  const { entries = {} } = open(client, original.text)
  return Object.entries(entries).flatMap(([name, entry]) =>
    // Read from a configuration of this very format, which can hold it again.
    readOwnEntry(entry) === undefined ? [[name, entry as Entry] as const] : [],
  )
}

/** Whether none of our entries is in a text. */
export function isFreeOfUs(client: Configured, text: string | undefined): boolean {
  const { entries = {} } = open(client, text)
  return Object.values(entries).every((entry) => readOwnEntry(entry) === undefined)
}

function tidyUp(client: Configured, text: string, left: object, original: Original): string | undefined {
  const { format } = open(client, text)
  switch (original.was) {
    case 'unknown':
      return text
    case 'missing': {
      const tidy = Object.keys(left).length > 0 ? text : format.takeSection(text, client.section)
      return format.isEmpty(tidy) ? undefined : tidy
    }
    case 'text': {
      const isNeeded = Object.keys(left).length > 0 || open(client, original.text).entries !== undefined
      const tidy = isNeeded ? text : format.takeSection(text, client.section)
      const wasEmpty = original.text.trim() === '' && format.isEmpty(tidy)
      return wasEmpty || withoutSpace(tidy) === withoutSpace(original.text) ? original.text : tidy
    }
  }
}

function open(client: Configured, given: string | undefined) {
  const format = FORMATS[client.format]
  // A byte order mark, as Windows editors write it, is no part of the text.
  const text = (given ?? '').replace(/^\u{feff}/u, '')
  // The parsers make objects without a prototype, which compare as different from others.
  return { format, text, entries: structuredClone(format.read(text, client.section)) }
}

function restoreMark(before: string | undefined, after: string): string {
  return before?.startsWith('\u{feff}') && !after.startsWith('\u{feff}') ? `\u{feff}${after}` : after
}

/** An edit that would lose anything is a bug, and must not reach the disk. */
function prove(client: Configured, text: string, wanted: object): void {
  if (isDeepStrictEqual(open(client, text).entries ?? {}, wanted)) return
  throw new Error(`The edit of a ${client.format} configuration did not give what was wanted.`)
}

function orBroken(plan: () => EntryPlan): EntryPlan {
  try {
    return plan()
  } catch (error) {
    if (!(error instanceof BrokenConfiguration)) throw error
    return { state: 'broken', what: error.message, line: error.line, column: error.column }
  }
}

function isSame(left: OwnEntry | undefined, right: OwnEntry | undefined): boolean {
  return left !== undefined && isDeepStrictEqual(left, right)
}

function describe(entry: unknown): string {
  const { command, url }: { command?: unknown; url?: unknown } = { ...Object(entry) }
  return [command, url].find((word) => typeof word === 'string') ?? 'something else'
}

function withoutSpace(text: string): string {
  return text.replaceAll(/\s/g, '')
}
