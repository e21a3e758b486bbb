import type { TargetName } from '../deployment.ts'
import type { InboxKind } from './inbox-kind.ts'

/** A deployment that everybody may call. */
export interface OpenServerRequest {
  readonly kind: 'open-server'
  readonly target: TargetName
  /** What everybody could then do, in a sentence. */
  readonly stakes: string
  /** Of what is at stake: it asks again when there is more. */
  readonly digest: string
}

export const openServerKind: InboxKind<OpenServerRequest, undefined> = {
  matterOf: ({ target }) => target,
  line: ({ target }, server) => `let everybody on the internet call ${server} on ${target}`,
  title: ({ target }) => `Open to everybody on ${target}`,
  form: ({ target, stakes }) => ({
    paragraphs: [
      ['On ', { strong: target }, ' this server would answer ', { strong: 'anybody' }, ', without a key or a login.'],
      [stakes],
    ],
    fields: [],
    answers: [{ name: 'open', label: 'Let everybody call it', takesFields: false }],
  }),
}
