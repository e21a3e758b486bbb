import { counted } from '../counted.ts'
import { choiceFor } from './connection.ts'
import type { InboxComparison, InboxKind } from './inbox-kind.ts'

export interface ChangedToolsRequest {
  readonly kind: 'changed-tools'
  readonly connection: string
  readonly url: string
  /** Digests of the definitions that were allowed, and that are listed now. */
  readonly changes: readonly { readonly tool: string; readonly from: string; readonly to: string }[]
}

export const changedToolsKind: InboxKind<ChangedToolsRequest, readonly InboxComparison[]> = {
  matterOf: ({ connection }) => connection,
  line: ({ connection, changes }, server) =>
    `allow changes of ${changes.map(({ tool }) => tool.slice(0, 60)).join(', ')} (connection "${connection}" of ${server})`,
  title: ({ connection, changes }) => `${counted(changes.length, 'changed tool')} of "${connection}"`,
  form: ({ url, changes }, comparisons) => ({
    paragraphs: [
      [
        { strong: url },
        ' describes these tools in another way than you allowed. They are blocked. Look for orders to a model, and for parameters that ask for what is none of their business.',
      ],
    ],
    comparisons,
    fields: [],
    answers: [{ name: choiceFor(changes), label: 'Allow the new ones', takesFields: false }],
  }),
}
