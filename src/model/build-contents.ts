import { createHash } from 'node:crypto'
import type { Credential } from '../../runtime/library/http-call.ts'
import type { Connection } from './connection.ts'
import type { ServerDefinition } from './server-definition.ts'
import { hostsOf } from './server-hosts.ts'
import type { ExternalHandler, ToolDefinition } from './tool-definition.ts'

/** What a version of a server consists of. */
export interface BuildContents {
  readonly hosts: readonly string[]
  readonly credentials: readonly Credential[]
  /** Digests by name. */
  readonly tools: Digests
  readonly resources: Digests
  readonly prompts: Digests
  /** Of the changes made by hand to its files, by path; absent where there are none. */
  readonly files?: Digests
  /** Of its tools, by name. */
  readonly effects: Readonly<Record<string, ToolDefinition['effect']>>
  /** Absent for versions from before there were any. */
  readonly connected?: ConnectedTools
}

/** What a version has of other MCP servers. */
export interface ConnectedTools {
  readonly connections: readonly Connection[]
  /** By their names in this server. */
  readonly tools: Readonly<Record<string, ExternalHandler>>
}

type Digests = Readonly<Record<string, string>>

export function contentsOf(definition: ServerDefinition): BuildContents {
  const { tools, resources, prompts, credentials, overlays = [] } = definition
  return {
    hosts: hostsOf(definition),
    credentials,
    tools: digestsOf(tools),
    resources: digestsOf(resources),
    prompts: digestsOf(prompts),
    effects: Object.fromEntries(tools.map(({ name, effect }) => [name, effect])),
    connected: connectedTools(definition),
    ...(overlays.length > 0 && { files: digestsOf(overlays.map((overlay) => ({ ...overlay, name: overlay.path }))) }),
  }
}

function connectedTools({ connections, tools }: ServerDefinition): ConnectedTools {
  const external = tools.flatMap(({ name, handler }) => (handler.kind === 'external' ? [[name, handler] as const] : []))
  return { connections, tools: Object.fromEntries(external) }
}

/** In words what one version has that another has not: `2 tools added: a, b`. Empty when the parts are the same. */
export function compareContents(before: BuildContents, after: BuildContents): readonly string[] {
  const parts = (['tools', 'resources', 'prompts'] as const).flatMap((kind) =>
    comparePart(kind, before[kind], after[kind]),
  )
  const files = comparePart('edited files', before.files ?? {}, after.files ?? {})
  const hosts = after.hosts.filter((host) => !before.hosts.includes(host))
  const connected = [before, after].map((each) => each.connected?.connections.map(({ url }) => url) ?? [])
  const [old = [], now = []] = connected
  const joined = now.filter((url) => !old.includes(url))
  return [
    ...parts,
    ...files,
    ...(joined.length > 0 ? [`connects to ${joined.join(', ')} too`] : []),
    ...(hosts.length > 0 ? [`may reach ${hosts.join(', ')} too`] : []),
  ]
}

function comparePart(kind: Part, before: Digests, after: Digests): string[] {
  const added = Object.keys(after).filter((name) => !Object.hasOwn(before, name))
  const removed = Object.keys(before).filter((name) => !Object.hasOwn(after, name))
  const changed = Object.keys(after).filter((name) => Object.hasOwn(before, name) && before[name] !== after[name])
  return [inWords(kind, 'added', added), inWords(kind, 'changed', changed), inWords(kind, 'removed', removed)].flat()
}

type Part = 'tools' | 'resources' | 'prompts' | 'edited files'

const NAMED = 5

function inWords(kind: Part, verb: string, names: readonly string[]): string[] {
  if (names.length === 0) return []
  const noun = names.length === 1 ? kind.slice(0, -1) : kind
  const more = names.length > NAMED ? `, and ${names.length - NAMED} more` : ''
  return [`${names.length} ${noun} ${verb}: ${names.slice(0, NAMED).join(', ')}${more}`]
}

function digestsOf(items: readonly { readonly name: string }[]): Digests {
  return Object.fromEntries(items.map((item) => [item.name, digestOf(item)]))
}

/** Short: it only tells two versions of one thing apart. */
function digestOf(item: object): string {
  return createHash('sha256').update(JSON.stringify(item)).digest('base64url').slice(0, 12)
}
