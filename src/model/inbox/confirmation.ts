import type { InboxKind } from './inbox-kind.ts'

/** A call that a person has to agree to. */
export interface ConfirmationRequest {
  readonly kind: 'confirmation'
  readonly tool: string
  readonly question: string
  /** As JSON, without the values of secrets, and cut where it is long. */
  readonly arguments: string
  /** Of principal, tool and arguments: no other call is meant. */
  readonly digest: string
}

export const confirmationKind: InboxKind<ConfirmationRequest, undefined> = {
  matterOf: ({ digest }) => digest,
  line: ({ question }, server) => `agree: ${question} (${server})`,
  title: ({ question }) => question,
  form: ({ tool, arguments: given }) => ({
    paragraphs: [
      ['The call is ', { strong: tool }, ` ${given}`],
      ['When you agree, this very call goes through once when it is made again, within a day.'],
    ],
    fields: [],
    answers: [{ name: 'agree', label: 'Agree', takesFields: false }],
  }),
}
