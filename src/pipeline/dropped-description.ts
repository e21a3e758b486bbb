import { defaults } from '../config/defaults.ts'
import { MetaError } from '../errors/meta-error.ts'
import type { Principal } from '../model/principal.ts'
import { findDroppedDescription } from '../registry/dropped-description-store.ts'
import { putInboxItem } from '../registry/inbox-store.ts'
import { requireServer } from '../registry/server-store.ts'
import { inboxFull } from './inbox/inbox-full.ts'
import type { DescriptionSource } from './read-description.ts'
import type { Services } from './services.ts'

interface Asking {
  readonly services: Services
  readonly principal: Principal
  readonly showPage: (url: string, message: string) => 'opened' | 'declined' | 'unable'
}

/**
 * What the person has put in on the inbox page, in the place of `inbox:NAME`; any other source as it is.
 * @throws MetaError DESCRIPTION_UNREADABLE with the link to the page when nobody has yet; ARGUMENTS_INVALID,
 *   SERVER_UNKNOWN, LIMIT_EXCEEDED
 */
export async function takeDropped(
  source: DescriptionSource,
  server: string,
  { services, principal, showPage }: Asking,
): Promise<DescriptionSource> {
  const name = 'file' in source ? droppedName(source.file) : undefined
  if (name === undefined) return source
  const content = await readDropped(name, services, principal)
  if (content !== undefined) return { content }
  const link = await askForDescription(name, server, services, principal)
  const reply = showPage(link, `Drop the API description "${name}" for "${server}".`)
  throw new MetaError(
    'DESCRIPTION_UNREADABLE',
    `Nobody has dropped "${name}" yet.${reply === 'declined' ? ' The person declined to open the page.' : ''}`,
    `A person drops the file at ${link} (works once, 10 minutes), or later with: mcpwright inbox. Then make the same call again.`,
    { next: { tool: 'import_openapi', arguments: { server, file: `${SCHEME}${name}` } } },
  )
}

/** Of `file`, for a description that a person puts in on the inbox page. */
const SCHEME = 'inbox:'
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

/** @returns the name that the description has in the inbox; undefined for a file */
function droppedName(file: string): string | undefined {
  if (!file.startsWith(SCHEME)) return undefined
  const name = file.slice(SCHEME.length)
  if (NAME.test(name)) return name
  throw new MetaError(
    'ARGUMENTS_INVALID',
    `"${file}" does not name a description in the inbox.`,
    'Name it with letters, digits, dots and hyphens: inbox:shop-api',
  )
}

/** The text that a person has put in under the name, in the last seven days; undefined when nobody has. */
function readDropped(name: string, { db }: Pick<Services, 'db'>, { tenantId }: Principal): Promise<string | undefined> {
  const since = new Date(Date.now() - defaults.inbox.keptMs)
  return db.as(tenantId, (sql) => findDroppedDescription(sql, tenantId, name, since))
}

/** @returns the link to the page */
async function askForDescription(
  name: string,
  serverName: string,
  { db, inboxLinks, baseUrl }: Pick<Services, 'db' | 'inboxLinks' | 'baseUrl'>,
  principal: Principal,
): Promise<string> {
  const { tenantId, subject } = principal
  const id = await db.as(tenantId, async (sql) => {
    const { id: serverId } = await requireServer(sql, tenantId, serverName)
    const request = { kind: 'description', name } as const
    return putInboxItem(sql, tenantId, { serverId, request, requestedBy: subject }, defaults.inbox.items)
  })
  if (id === undefined) throw inboxFull()
  return `${baseUrl}/inbox/open/${inboxLinks.mint(principal, new Set([id]))}`
}
