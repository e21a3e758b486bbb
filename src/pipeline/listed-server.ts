import { counted } from '../model/counted.ts'
import type { Deployment } from '../model/deployment.ts'
import { settingsBetween } from '../model/deployment-settings.ts'
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
  /** Names of the settings that were asked for and are not in force, by target. */
  readonly not_in_force?: Readonly<Record<string, readonly string[]>>
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
  const own = deployments.filter((each) => each.serverId === id)
  return {
    name,
    status,
    tools: counts.get(id) ?? 0,
    ...addressesOf(own.filter((each) => each.status === 'running')),
    ...outdatedPart(outdated.get(id)),
    ...waitingSettings(own),
    description: description.slice(0, 120),
    ...(message && { message }),
  }
}

export function lineOf({ name, status, tools, url, also = {}, outdated, message, ...listed }: ListedServer): string {
  const others = Object.entries(also).map(([target, address]) => `${target}: ${address}`)
  const settings = Object.entries(listed.not_in_force ?? {}).map(
    ([target, names]) => `not in force on ${target}: ${names.join(' ')}`,
  )
  const words = [
    status,
    counted(tools, 'tool'),
    ...(url ? [url] : []),
    ...others,
    ...settings,
    ...(outdated ? ['outdated'] : []),
  ]
  return `${name}: ${words.join(', ')}${message ? `. ${message}` : ''}`
}

function addressesOf(up: readonly Deployment[]): Pick<ListedServer, 'url' | 'also'> {
  const [first, ...others] = [...up.filter(isHere), ...up.filter((each) => !isHere(each))].flatMap(
    ({ target, endpointUrl }) => (endpointUrl ? [[target, endpointUrl] as const] : []),
  )
  if (!first) return {}
  return { url: first[1], ...(others.length > 0 && { also: Object.fromEntries(others) }) }
}

function waitingSettings(deployments: readonly Deployment[]): Pick<ListedServer, 'not_in_force'> {
  const waiting = deployments.flatMap(({ target, status, settings, wantedSettings }) => {
    const names = status === 'deleted' ? [] : Object.keys(settingsBetween(settings, wantedSettings))
    return names.length > 0 ? [[target, names] as const] : []
  })
  return waiting.length > 0 ? { not_in_force: Object.fromEntries(waiting) } : {}
}

function isHere({ target }: Deployment): boolean {
  return target === 'local'
}

function outdatedPart(found: Outdated | undefined): Pick<ListedServer, 'outdated' | 'changed'> {
  if (!found) return {}
  return { outdated: found.targets, ...(found.isChanged && { changed: true as const }) }
}
