import { fileURLToPath } from 'node:url'
import { MetaError } from '../errors/meta-error.ts'
import type { Server } from '../model/server.ts'
import type { Source } from '../model/source.ts'
import type { DescriptionSource } from './read-description.ts'

/** One description of a server: imported in several parts, it is several sources. */
export interface FollowedDescription {
  readonly title: string
  readonly origin: string
  /** Oldest first. */
  readonly sources: readonly [Source, ...Source[]]
}

/** The descriptions of a server: sources of one origin are one; of those given as text, the ones with one title. */
export function groupSources(sources: readonly Source[]): readonly FollowedDescription[] {
  const groups = new Map<string, [Source, ...Source[]]>()
  for (const source of sources) {
    const key = source.origin === 'inline' ? `inline ${source.title}` : source.origin
    const known = groups.get(key)
    if (known) known.push(source)
    else groups.set(key, [source])
  }
  return Array.from(groups.values(), (members) => {
    const { title, origin } = members.at(-1) ?? members[0]
    return { title, origin, sources: members }
  })
}

/**
 * Where a server's description is to be read again, when the caller does not say.
 * @throws MetaError SOURCE_UNKNOWN when there is none, more than one, or one that was given as a text
 */
export function storedAddress(server: Server, followed: readonly FollowedDescription[]): DescriptionSource {
  const [only] = followed
  if (!only || followed.length > 1) throw undecided(server, followed)
  if (/^https?:/.test(only.origin)) return { url: only.origin }
  if (only.origin.startsWith('file:///')) return { file: fileURLToPath(only.origin) }
  throw new MetaError(
    'SOURCE_UNKNOWN',
    `"${only.title}" was given as a text, which cannot be read again by itself.`,
    'Give what it is today as content, file or url.',
  )
}

/** The description that was read at an address; the only one is meant wherever it was read. */
export function followedAt(
  followed: readonly FollowedDescription[],
  origin: string | undefined,
): FollowedDescription | undefined {
  const found = origin === undefined ? undefined : followed.find((description) => description.origin === origin)
  return found ?? (followed.length === 1 ? followed[0] : undefined)
}

/** @throws MetaError SOURCE_UNKNOWN when none, or more than one, has that title */
export function followedTitled(
  server: Server,
  followed: readonly FollowedDescription[],
  title: string,
): FollowedDescription {
  const [found, ...others] = followed.filter((description) => description.title === title)
  if (found && others.length === 0) return found
  throw undecided(server, followed)
}

/** None, or too many to choose from. */
function undecided(server: Server, followed: readonly FollowedDescription[]): MetaError {
  if (followed.length === 0) {
    return new MetaError(
      'SOURCE_UNKNOWN',
      `Server "${server.name}" has no imported description to refresh.`,
      'Import one first: import_openapi without refresh.',
    )
  }
  const names = followed.slice(0, 10).map(({ title, origin }) => `"${title}" (${origin})`)
  return new MetaError(
    'SOURCE_UNKNOWN',
    `Server "${server.name}" has ${followed.length} descriptions: ${names.join(', ')}.`,
    'Say which one by its url, or give its content.',
  )
}
