import { createMcpHandler, type Server } from '@modelcontextprotocol/server'
import type { Change } from '../../tool-context.ts'
import { eventOf } from '../change-event.ts'
import type { ObjectNamespace, ObjectStorage } from '../platform.ts'

/** One subrequest each: the platform allows a thousand in one request. Sessions past these are not told. */
const MOST_LISTENERS = 900
const AT_ONCE = 50

/**
 * The object through which what one session or request says has changed reaches the others: sessions of 2025 by their
 * ids, streams of 2026-07-28 that end here.
 */
export function eventBus(
  { sql }: Pick<ObjectStorage, 'sql'>,
  namespace: ObjectNamespace,
  createServer: () => Server,
): (request: Request, path: string) => Promise<Response> {
  const handler = createMcpHandler(createServer, { legacy: 'reject' })
  sql.exec('CREATE TABLE IF NOT EXISTS listeners (session TEXT PRIMARY KEY)')

  function join(session: string): void {
    sql.exec(
      'INSERT OR IGNORE INTO listeners SELECT ? WHERE (SELECT COUNT(*) FROM listeners) < ?',
      session,
      MOST_LISTENERS,
    )
  }

  function leave(session: string): void {
    sql.exec('DELETE FROM listeners WHERE session = ?', session)
  }

  async function tell(session: string, change: Change): Promise<void> {
    const told = new Request('https://object/told', { method: 'POST', body: JSON.stringify(change) })
    const answer = await namespace
      .get(namespace.idFromString(session))
      .fetch(told)
      .catch(() => undefined)
    if (answer?.status === 404) leave(session)
  }

  async function publish({ change, from }: Published): Promise<void> {
    handler.bus.publish(eventOf(change))
    const listeners = sql.exec<{ session: string }>('SELECT session FROM listeners').toArray()
    const others = listeners.filter(({ session }) => session !== from)
    for (let first = 0; first < others.length; first += AT_ONCE) {
      await Promise.all(others.slice(first, first + AT_ONCE).map(({ session }) => tell(session, change)))
    }
  }

  return async (request, path) => {
    if (path === '/bus/listen') return handler.fetch(request)
    // Only our own Worker and objects can send it.
    const asked = (await request.json()) as Published & { readonly session: string }
    if (path === '/bus/publish') await publish(asked)
    if (path === '/bus/join') join(asked.session)
    if (path === '/bus/leave') leave(asked.session)
    return new Response(null, { status: 204 })
  }
}

interface Published {
  readonly change: Change
  readonly from?: string
}
