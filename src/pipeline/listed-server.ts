import type { Deployment } from '../model/deployment.ts'
import type { ServerId } from '../model/ids.ts'
import type { Server, ServerStatus } from '../model/server.ts'
import { lastWord } from './morning-report.ts'
import type { Outdated } from '../registry/deployment-store.ts'

/** What a list shows of a server. */
export interface ListedServer {
  readonly name: string
  readonly status: ServerStatus
  readonly tools: number
  /** Where it is called: here, or else elsewhere. */
  readonly url?: string
  /** Each other address, by its target. */
  readonly also?: Readonly<Record<string, string>>
  /** Where it runs on an older runtime library. */
  readonly outdated?: Outdated['targets']
  /** Its definition has changes that were not deployed. */
  readonly changed?: true
  readonly description: string
  /** What went wrong last. */
  readonly message?: string
}

export interface ServerSurroundings {
  /** Of tools. */
  readonly counts: ReadonlyMap<ServerId, number>
  /** Of all servers. */
  readonly deployments: readonly Deployment[]
  readonly outdated: ReadonlyMap<ServerId, Outdated>
}

export function toListed(
  { id, name, status, description }: Server,
  { counts, deployments, outdated }: ServerSurroundings,
): ListedServer {
  const message = lastWord(id, deployments)
  return {
    name,
    status,
    tools: counts.get(id) ?? 0,
    ...addressesOf(deployments.filter((each) => each.serverId === id && each.status === 'running')),
    ...outdatedPart(outdated.get(id)),
    description: description.slice(0, 120),
    ...(message && { message }),
  }
}

export function lineOf({ name, status, tools, url, also = {}, outdated, message }: ListedServer): string {
  const others = Object.entries(also).map(([target, address]) => `${target}: ${address}`)
  const words = [status, `${tools} tools`, ...(url ? [url] : []), ...others, ...(outdated ? ['outdated'] : [])]
  return `${name}: ${words.join(', ')}${message ? `. ${message}` : ''}`
}

function addressesOf(up: readonly Deployment[]): Pick<ListedServer, 'url' | 'also'> {
  const [first, ...others] = [...up.filter(isHere), ...up.filter((each) => !isHere(each))].flatMap(
    ({ target, endpointUrl }) => (endpointUrl ? [[target, endpointUrl] as const] : []),
  )
  if (!first) return {}
  return { url: first[1], ...(others.length > 0 && { also: Object.fromEntries(others) }) }
}

function isHere({ target }: Deployment): boolean {
  return target === 'local'
}

function outdatedPart(found: Outdated | undefined): Pick<ListedServer, 'outdated' | 'changed'> {
  if (!found) return {}
  return { outdated: found.targets, ...(found.isChanged && { changed: true as const }) }
}
