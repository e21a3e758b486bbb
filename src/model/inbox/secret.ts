import type { InboxChoice, InboxKind } from './inbox-kind.ts'

export interface SecretRequest {
  readonly kind: 'secret'
  readonly name: string
  /** `host` or `host:port`: the one place the value may be sent to. */
  readonly host: string
  readonly purpose: string
}

interface SecretFacts {
  /** Whether mcpwright's own environment has a variable of that name. */
  readonly hasVariable: boolean
  /** Why a value that was entered before is of no use. */
  readonly unreadable?: string
}

export const secretKind: InboxKind<SecretRequest, SecretFacts> = {
  matterOf: ({ name, host }) => `${name}@${host}`,
  line: ({ name, host }, server) => `enter ${name} for ${host} (${server})`,
  title: ({ name, host }) => `${name} for ${host}`,
  form: ({ name, host, purpose }, { hasVariable, unreadable }) => ({
    paragraphs: [
      [
        'Whatever you enter is sent to ',
        { strong: host },
        ' and nowhere else. No model sees it. Enter it only if you know this host.',
      ],
      ...(purpose === '' ? [] : [[`Given reason: ${purpose}`]]),
      ...(unreadable === undefined ? [] : [[unreadable]]),
      hasVariable
        ? [`mcpwright's environment has a variable ${name}. It can be used here; its value is not stored.`]
        : [`mcpwright's environment has no variable ${name}: a client hands over only those of MCPWRIGHT_ENV_SECRETS.`],
    ],
    fields: [{ name: 'value', label: `Value of ${name}`, type: 'password' }],
    answers: [
      { name: 'enter', label: 'Save', takesFields: true, byToolLink: true },
      ...(hasVariable ? [useVariable(name, host)] : []),
    ],
  }),
}

function useVariable(name: string, host: string): InboxChoice {
  return { name: 'use-variable', label: `Use the environment variable ${name} for ${host}`, takesFields: false }
}
