import { MetaError } from '../../errors/meta-error.ts'
import { upsertDroppedDescription } from '../../registry/dropped-description-store.ts'
import { looksLikeDescription } from '../probe-description.ts'
import { refuseMoreBytes } from '../quota.ts'
import type { InboxAnswers } from './inbox-answers.ts'

export const answerDescription: InboxAnswers<'description'> = {
  look: async () => undefined,
  async answer({ request: { name } }, { fields: { file: text = '' } }, { db, config }, { tenantId, subject }) {
    if (!looksLikeDescription(text))
      throw new MetaError(
        'DESCRIPTION_UNREADABLE',
        'That file is no API description.',
        'Choose one that begins with "openapi" or "swagger", as JSON or YAML.',
      )
    await db.as(tenantId, async (sql) => {
      await refuseMoreBytes(sql, config.quota, tenantId)
      await upsertDroppedDescription(sql, tenantId, { name, text, droppedBy: subject })
    })
    return `The file is kept as inbox:${name}. The chat can go on with it.`
  },
}
