import { cleanText } from '../../../generators/importers/openapi/clean-text.ts'
import { MetaError } from '../../errors/meta-error.ts'
import { counted } from '../../model/counted.ts'
import { choiceFor } from '../../model/inbox/connection.ts'
import { findConnection } from '../../registry/connection-store.ts'
import { listConnectionTools } from '../../registry/connection-tool-store.ts'
import { requireServerById } from '../../registry/server-store.ts'
import { describeChange } from '../connections/describe-change.ts'
import { offerTools } from '../connections/offer-tools.ts'
import { lookAgain } from './answer-connection.ts'
import type { InboxAnswers } from './inbox-answers.ts'

const LONGEST_DESCRIPTION = 4_000

/** Pins the new definitions. What runs stays blocked until a version with them is deployed. */
export const answerChangedTools: InboxAnswers<'changed-tools'> = {
  async look({ server, request: { connection, changes } }, { db }, { tenantId }) {
    if (!server) return []
    const known = await db.as(tenantId, (sql) =>
      listConnectionTools(sql, { tenantId, serverId: server.id, connection }),
    )
    return changes.flatMap(({ tool, from, to }) => {
      const { pinned, latest } = known.find((each) => each.tool === tool) ?? {}
      if (pinned?.digest !== from || latest?.digest !== to) return []
      const [before, after] = [pinned, latest].map(({ definition }) =>
        cleanText(definition.description ?? '', LONGEST_DESCRIPTION),
      )
      const differences = describeChange(pinned.definition, latest.definition)
      return [{ title: tool, before: before ?? '', after: after ?? '', differences }]
    })
  },
  async answer({ server, request }, { choice }, { db, config }, { tenantId }) {
    if (choice !== choiceFor(request.changes)) throw lookAgain()
    return db.as(tenantId, async (sql) => {
      const connection = server && (await findConnection(sql, tenantId, server.id, request.connection))
      if (!server || connection?.url !== request.url) {
        throw new MetaError('CONNECTION_UNKNOWN', 'The server has this connection no more.', 'Decline it.')
      }
      const shown = request.changes.map(({ tool, to }) => ({ tool, digest: to }))
      const row = await requireServerById(sql, tenantId, server.id)
      const { renewed, added, skipped } = await offerTools(sql, config.quota, row, connection, shown)
      if (skipped.length === shown.length) throw lookAgain()
      const count = Object.keys(renewed).length + Object.keys(added).length
      return `Allowed as now: ${counted(count, 'tool')} of "${connection.name}". Deploy "${server.name}" to take that up.`
    })
  },
}
