import type { Sql } from '../db/db.ts'
import { MetaError } from '../errors/meta-error.ts'
import { describeRequest, type InboxItem } from '../model/inbox/inbox-item.ts'
import type { Principal } from '../model/principal.ts'
import type { Server } from '../model/server.ts'
import { listWaiting } from './inbox/answer-inbox.ts'
import { loadSummary } from './server-summary.ts'

/** Requests that have tools come when a person answers them. */
const GIVE_TOOLS: ReadonlySet<InboxItem['request']['kind']> = new Set(['connection', 'description', 'local-host'])

/** Before a draft is deployed, or judged. @throws MetaError NOTHING_SELECTED, with what waits for a person where that is why */
export async function requireItems(sql: Sql, server: Server, principal: Principal): Promise<void> {
  const { tools, resources, prompts } = await loadSummary(sql, principal.tenantId, server)
  if (tools.length + resources.length + prompts.length > 0) return
  const { id, name } = server
  const waiting = (await listWaiting(sql, principal, id)).filter(({ request }) => GIVE_TOOLS.has(request.kind))
  throw waiting.length > 0
    ? new MetaError(
        'NOTHING_SELECTED',
        `Server "${name}" has no tools, resources or prompts yet: what gives it some waits for a person (${waiting.map(describeRequest).join('; ')}).`,
        'They answer it in the inbox: mcpwright inbox.',
        { next: { tool: 'list_servers', arguments: {} } },
      )
    : new MetaError(
        'NOTHING_SELECTED',
        `Server "${name}" has no tools, resources or prompts yet.`,
        'Add tools with import_openapi or add_tool; add_resource and add_prompt add the others.',
        { next: { tool: 'add_tool', arguments: { server: name } } },
      )
}
