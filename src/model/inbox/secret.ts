import type { InboxKind } from './inbox-kind.ts'

export interface SecretRequest {
  readonly kind: 'secret'
  readonly name: string
  /** `host` or `host:port`: the one place the value may be sent to. */
  readonly host: string
  readonly purpose: string
}

export const secretKind: InboxKind<SecretRequest, undefined> = {
  matterOf: ({ name, host }) => `${name}@${host}`,
  line: ({ name, host }, server) => `enter ${name} for ${host} (${server})`,
  title: ({ name, host }) => `${name} for ${host}`,
  form: ({ name, host, purpose }) => ({
    paragraphs: [
      [
        'Whatever you enter is sent to ',
        { strong: host },
        ' and nowhere else. No model sees it. Enter it only if you know this host.',
      ],
      ...(purpose === '' ? [] : [[`Given reason: ${purpose}`]]),
    ],
    fields: [{ name: 'value', label: `Value of ${name}`, type: 'password' }],
    answers: [{ name: 'enter', label: 'Save', takesFields: true }],
  }),
}
