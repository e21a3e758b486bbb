import protobuf from 'protobufjs'
// oxlint-disable-next-line import/no-unassigned-import -- it adds Root.fromDescriptor
import 'protobufjs/ext/descriptor.js'
import { MetaError } from '../../../src/errors/meta-error.ts'
import type { ImportOptions } from '../../../src/model/api-importer.ts'
import type { SkippedPart } from '../../../src/model/tool-definition.ts'
import { asRecord } from '../openapi/json-value.ts'
import { descriptionTooLarge, refuseCostlyJson } from '../openapi/text-budget.ts'
import { protoFormOf } from './recognize-proto.ts'
import { blockSizes, readSet, readSetNotes, type SetNotes } from './set-notes.ts'

/** Files of one description; a description in more parts is not read to its end. */
const MOST_FILES = 200
/** Characters of all of them; a part costs some hundred bytes of memory for each. */
const MOST_CHARACTERS = 3_000_000
const MOST_MEMBERS = 4_000
/** Of all messages, the squares of their members: one of 4,000, or two thousand of a hundred. */
const MOST_COST = 20_000_000

export interface ProtoDescription {
  readonly root: protobuf.Namespace
  readonly skipped: readonly SkippedPart[]
}

/**
 * Reads `.proto` texts with what they import, through `options.loadReference` alone, or a FileDescriptorSet.
 * The well-known types are there already. Language: protobuf.dev, Language Specification (proto2, proto3, editions).
 * @throws MetaError DESCRIPTION_INVALID with the line where it is known, DESCRIPTION_TOO_LARGE
 */
export async function loadProto(text: string, { origin, loadReference }: ImportOptions): Promise<ProtoDescription> {
  if (text.length > MOST_CHARACTERS) throw descriptionTooLarge(`has more than ${MOST_CHARACTERS} characters`)
  if (protoFormOf(text) === 'set') return { root: readDescriptors(text), skipped: [] }
  const texts = new Map(Object.entries(textsOf(text)))
  const files = new ProtoFiles()
  for (const [name, content] of texts) files.parse(name, content)
  for (let next = files.next(); next !== undefined; next = files.next()) {
    const content = texts.get(next) ?? (await loadImport(next, origin, loadReference))
    if (content === undefined) files.skip(next)
    else if (!texts.has(next)) files.parse(next, content)
  }
  return { root: resolved(files.root), skipped: files.skipped }
}

function textsOf(text: string): Readonly<Record<string, string>> {
  if (protoFormOf(text) !== 'texts') return { 'the description': text }
  refuseCostlyJson(text)
  try {
    const files = Object.entries(asRecord(JSON.parse(text)) ?? {})
    return Object.fromEntries(
      files.flatMap(([name, content]) => (typeof content === 'string' ? [[name, content]] : [])),
    )
  } catch (error) {
    throw invalid('it is no JSON object of files', error)
  }
}

/** Imports are named from a folder that no file tells: it is looked for from the file's own upward. */
async function loadImport(
  name: string,
  origin: string | undefined,
  loadReference: ImportOptions['loadReference'],
): Promise<string | undefined> {
  if (!loadReference || origin === undefined || !URL.canParse(origin)) return undefined
  for (const up of ['./', '../', '../../', '../../../', '../../../../']) {
    try {
      return await loadReference(new URL(up + name, origin).href)
    } catch {
      // It may stand further up.
    }
  }
  return undefined
}

/** Files that hold nothing but options: what they say is read where it is used, or is of no use here. */
const OPTIONS_ONLY =
  /^(google\/api\/|google\/protobuf\/descriptor\.proto|buf\/validate\/|validate\/|gogoproto\/|protoc-gen-)/
const WELL_KNOWN = ['any', 'duration', 'empty', 'field_mask', 'struct', 'timestamp', 'wrappers']

class ProtoFiles {
  readonly root = new protobuf.Root()
  readonly skipped: SkippedPart[] = []
  readonly #seen = new Set<string>()
  readonly #waiting: string[] = []
  #characters = 0
  #cost = 0

  constructor() {
    for (const name of WELL_KNOWN) {
      const common = protobuf.common.get(`google/protobuf/${name}.proto`)
      if (common?.nested) this.root.addJSON(common.nested)
    }
  }

  parse(name: string, text: string): void {
    this.#seen.add(name)
    this.#characters += text.length
    if (this.#characters > MOST_CHARACTERS) throw descriptionTooLarge(`has more than ${MOST_CHARACTERS} characters`)
    this.#cost += costOfParsing(text)
    refuseCost(this.#cost)
    try {
      const { imports = [], weakImports = [] } = protobuf.parse(text, this.root, {
        keepCase: true,
        alternateCommentMode: true,
      })
      for (const each of [...imports, ...weakImports]) this.#want(each)
    } catch (error) {
      throw invalid(`${name}: ${error instanceof Error ? error.message.slice(0, 300) : 'unreadable'}`, error)
    }
  }

  next(): string | undefined {
    if (this.#seen.size <= MOST_FILES || this.#waiting.length === 0) return this.#waiting.shift()
    throw descriptionTooLarge(`has more than ${MOST_FILES} files`)
  }

  skip(name: string): void {
    this.skipped.push({ pointer: `/${name}`, reason: 'imported, but could not be read; what it defines is missing' })
  }

  #want(name: string): void {
    const isKnown = name.startsWith('google/protobuf/') && protobuf.common.get(name) !== null
    if (isKnown || OPTIONS_ONLY.test(name) || this.#seen.has(name)) return
    this.#seen.add(name)
    this.#waiting.push(name)
  }
}

/** What the parser of texts will take. One look at the characters, before it reads. */
function costOfParsing(text: string): number {
  const members = [0]
  let cost = 0
  for (const character of text.match(/[{};]/g) ?? []) {
    if (character === '{') members.push(0)
    else if (character === '}') cost += costOf(members.pop() ?? 0)
    else if (members.length > 0) members[members.length - 1] = (members.at(-1) ?? 0) + 1
  }
  return members.reduce((sum, open) => sum + costOf(open), cost)
}

/** The time that a block takes grows with the square of its members. @throws MetaError DESCRIPTION_TOO_LARGE */
function costOf(members: number): number {
  if (members <= MOST_MEMBERS) return members ** 2
  throw descriptionTooLarge(`has a message of more than ${MOST_MEMBERS} members`)
}

function refuseCost(cost: number): void {
  if (cost > MOST_COST) throw descriptionTooLarge('has too many messages with hundreds of members')
}

function readDescriptors(text: string): protobuf.Namespace {
  try {
    const bytes = Buffer.from(text, 'base64')
    const set = readSet(bytes)
    refuseCost(blockSizes(set).reduce((sum, size) => sum + costOf(size), 0))
    // Names stay as they are in the files.
    const root = protobuf.Root.fromDescriptor(bytes, { keepCase: true })
    addNotes(root, readSetNotes(set))
    return resolved(root)
  } catch (error) {
    if (error instanceof MetaError) throw error
    throw invalid('it is no FileDescriptorSet in base64', error)
  }
}

/** The parser of texts puts comments and HTTP forms where they belong; that of descriptors leaves them out. */
function addNotes(root: protobuf.Root, { comments, verbs }: SetNotes): void {
  for (const [name, comment] of comments) {
    const found = lookUp(root, name)
    if (found) found.comment = comment
  }
  for (const [name, verb] of verbs) {
    const method = lookUp(root, name)
    if (method instanceof protobuf.Method) method.parsedOptions = [{ '(google.api.http)': { [verb]: '' } }]
  }
}

/** A service, message, or what stands in one. */
function lookUp(root: protobuf.Root, name: string): protobuf.ReflectionObject | null {
  const dot = name.lastIndexOf('.')
  const own = name.slice(dot + 1)
  const parent = dot < 0 ? null : root.lookup(name.slice(0, dot))
  if (parent instanceof protobuf.Service) return parent.methods[own] ?? null
  if (parent instanceof protobuf.Type && parent.fields[own]) return parent.fields[own]
  return root.lookup(name)
}

/** Types that are missing are told where an operation needs them. */
function resolved(root: protobuf.Namespace): protobuf.Namespace {
  try {
    return root.resolveAll()
  } catch {
    return root
  }
}

function invalid(found: string, cause?: unknown): MetaError {
  return new MetaError(
    'DESCRIPTION_INVALID',
    `This is no description of gRPC services: ${found}.`,
    'Give the text of a .proto file, several as a JSON object {"dir/a.proto": "…"}, or a FileDescriptorSet in base64.',
    { cause },
  )
}
