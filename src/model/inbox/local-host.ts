import type { InboxKind } from './inbox-kind.ts'

export interface LocalHostRequest {
  readonly kind: 'local-host'
  /** `host:port` on this machine or a private network. */
  readonly address: string
}

export const localHostKind: InboxKind<LocalHostRequest, undefined> = {
  matterOf: ({ address }) => address,
  line: ({ address }, server) => `allow ${server} to reach ${address} on this machine or network`,
  title: ({ address }) => `Open ${address}`,
  form: ({ address }) => ({
    paragraphs: [
      [
        { strong: address },
        ' is on this machine or your network. Servers could then read and change whatever answers there.',
      ],
    ],
    fields: [],
    answers: [{ name: 'open', label: 'Open it', takesFields: false }],
  }),
}
