import { cleanText } from '../../../generators/importers/openapi/clean-text.ts'
import { MetaError } from '../../errors/meta-error.ts'
import { choiceFor } from '../../model/inbox/connection.ts'
import { hostOf } from '../../model/connection.ts'
import { approveHost, findConnection } from '../../registry/connection-store.ts'
import { listConnectionTools } from '../../registry/connection-tool-store.ts'
import { requireServerById } from '../../registry/server-store.ts'
import { offerTools } from '../connections/offer-tools.ts'
import type { InboxAnswers } from './inbox-answers.ts'

const LONGEST_DESCRIPTION = 500

/** Allows a host to be connected, and the tools that were shown. */
export const answerConnection: InboxAnswers<'connection'> = {
  async look({ server, request: { connection, tools } }, { db }, { tenantId }) {
    if (!server) return {}
    const known = await db.as(tenantId, (sql) =>
      listConnectionTools(sql, { tenantId, serverId: server.id, connection }),
    )
    const shown = new Map(tools.map(({ tool, digest }) => [tool, digest]))
    return Object.fromEntries(
      known.flatMap(({ tool, latest }) =>
        latest && latest.digest === shown.get(tool)
          ? [[tool, cleanText(latest.definition.description ?? '', LONGEST_DESCRIPTION)]]
          : [],
      ),
    )
  },
  async answer({ server, request }, { choice }, { db, config }, { tenantId, subject }) {
    if (choice !== choiceFor(request.tools)) throw lookAgain()
    return db.as(tenantId, async (sql) => {
      const connection = server && (await findConnection(sql, tenantId, server.id, request.connection))
      if (!server || connection?.url !== request.url) {
        throw new MetaError('CONNECTION_UNKNOWN', 'The server has this connection no more.', 'Decline it.')
      }
      await approveHost(sql, tenantId, hostOf(connection), subject)
      const row = await requireServerById(sql, tenantId, server.id)
      const { added, skipped } = await offerTools(sql, config.quota, row, connection, request.tools)
      const left = skipped.length > 0 ? ` ${skipped.length} were left out.` : ''
      return `${Object.keys(added).length} tools of ${hostOf(connection)} are in the draft of "${server.name}".${left} The next deploy takes them up.`
    })
  },
}

/** What the page showed is not what waits now. */
export function lookAgain(): MetaError {
  return new MetaError('ARGUMENTS_INVALID', 'The tools have changed since this page was shown.', 'Look at it again.')
}
