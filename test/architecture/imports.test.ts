import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readImports, readSource, sourceFiles } from './source-files.ts'

/** From the cellar up. A room may import from lower floors and from itself. */
const floors: readonly (readonly string[])[] = [
  ['runtime/library'],
  ['src/model', 'src/errors'],
  ['src/config', 'src/db', 'src/net', 'src/telemetry'],
  [
    'src/registry',
    'src/secrets',
    'src/inbox',
    'src/audit',
    'src/auth',
    'src/queue',
    'src/daemon',
    'src/clients',
    'src/service',
  ],
  ['src/checks', 'generators', 'runtime', 'bridge'],
  ['src/pipeline'],
  ['src/tools', 'src/jobs'],
  ['src/mcp', 'src/http'],
  ['src'],
]

/** Neighbours on one floor never import each other; these take types only, from the contract of the other. */
const typeOnlyNeighbours = new Set(['runtime -> bridge', 'src/registry -> src/secrets'])

/** `cli.ts` hands the environment to loadConfig; a server's child gets a cleared one made for it; the emitter writes it. */
const ENVIRONMENT_READERS = [
  'src/cli.ts',
  'src/config/load-config.ts',
  'runtime/broker-host/broker-host.ts',
  'generators/project/emit-entries.ts',
]

/** The rooms that talk to the database, and so must not be known to what also ships elsewhere. */
const shipsElsewhere = ['generators', 'runtime', 'bridge']

const imports = sourceFiles().flatMap(importsOf)

describe('the house', () => {
  it('has imports that only point down', () => {
    const upward = imports.filter(({ from, to, typeOnly }) => {
      if (to === undefined || from === to) return false
      if (floorOf(to) < floorOf(from)) return false
      return !(typeOnly && typeOnlyNeighbours.has(`${from} -> ${to}`))
    })
    expect(upward.map(describeImport)).toEqual([])
  })

  it('keeps the database out of rooms that also ship elsewhere', () => {
    const wrong = imports.filter(
      ({ from, to }) =>
        shipsElsewhere.includes(from) && to !== undefined && ['src/db', 'src/registry', 'src/queue'].includes(to),
    )
    expect(wrong.map(describeImport)).toEqual([])
  })

  it('lets the runtime library use web APIs and the MCP SDK only, SOAP its XML parser, gRPC its messages, OAuth its tokens', () => {
    const wrong = imports.filter(
      ({ file, from, to, specifier }) =>
        from === 'runtime/library' &&
        to === undefined &&
        !/^(@modelcontextprotocol\/(server|client)|minisearch)(\/|$)/.test(specifier) &&
        !(file.startsWith('runtime/library/worker/oauth/') && specifier === 'jose') &&
        !(file.startsWith('runtime/library/worker/login/') && specifier === '@cloudflare/workers-oauth-provider') &&
        !(file.startsWith('runtime/library/worker/sessions/') && specifier === 'cloudflare:workers') &&
        !(file === 'runtime/library/soap/xml-tree.ts' && specifier === 'saxes') &&
        !(file === 'runtime/library/grpc/messages.ts' && specifier.startsWith('@bufbuild/protobuf')),
    )
    expect(wrong.map(describeImport)).toEqual([])
  })

  it('reads the environment in one place', () => {
    const readers = sourceFiles().filter((file) => /process\.env\b/.test(readSource(file)))
    expect(readers.filter((file) => !ENVIRONMENT_READERS.includes(file) && !file.endsWith('-main.ts'))).toEqual([])
  })

  it('has no catch-all files', () => {
    const catchAll = sourceFiles().filter((file) =>
      /\/(utils?|helpers?|common|misc|lib|shared)\.ts$|(Manager|Helper|Util)\.ts$/.test(file),
    )
    expect(catchAll).toEqual([])
  })
})

interface Import {
  readonly file: string
  readonly from: string
  readonly specifier: string
  /** The room, or undefined for a package. */
  readonly to: string | undefined
  readonly typeOnly: boolean
}

function importsOf(file: string): Import[] {
  return readImports(readSource(file)).map(({ specifier, typeOnly }) => {
    const target = specifier.startsWith('.') ? path.posix.join(path.posix.dirname(file), specifier) : undefined
    return { file, from: roomOf(file), specifier, to: target && roomOf(target), typeOnly }
  })
}

function roomOf(file: string): string {
  const rooms = floors.flat().toSorted((left, right) => right.length - left.length)
  const room = rooms.find((candidate) => file.startsWith(`${candidate}/`))
  if (!room) throw new Error(`${file} stands in no room`)
  return room
}

function floorOf(room: string): number {
  return floors.findIndex((rooms) => rooms.includes(room))
}

function describeImport({ file, specifier }: Import): string {
  return `${file} imports ${specifier}`
}
