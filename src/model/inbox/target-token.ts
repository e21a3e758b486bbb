import { TARGET_TOKENS } from '../target-token.ts'
import type { TargetName } from '../deployment.ts'
import type { InboxKind } from './inbox-kind.ts'

/** A token that mcpwright itself deploys with. */
export interface TargetTokenRequest {
  readonly kind: 'target-token'
  readonly target: TargetName
}

export const targetTokenKind: InboxKind<TargetTokenRequest, undefined> = {
  matterOf: ({ target }) => target,
  line: ({ target }, server) => `enter the token that ${server} is deployed to ${target} with`,
  title: ({ target }) => `${nameOf(target)} for deploys to ${target}`,
  form: ({ target }) => ({
    paragraphs: [
      [
        'mcpwright shows it to ',
        { strong: TARGET_TOKENS[target]?.host ?? target },
        ' when it deploys your servers there, and to nobody else. No model and no code of a server sees it.',
      ],
      ...(HOW_TO_MAKE[target] ? [[HOW_TO_MAKE[target]]] : []),
    ],
    fields: [{ name: 'value', label: nameOf(target), type: 'password' }],
    answers: [
      { name: 'enter', label: 'Save', takesFields: true, byToolLink: true },
      ...(target === 'cloudflare'
        ? [{ name: 'use-login', label: "Use this machine's login of wrangler", takesFields: false }]
        : []),
    ],
  }),
}

function nameOf(target: TargetName): string {
  return TARGET_TOKENS[target]?.name ?? 'Token'
}

const HOW_TO_MAKE: Partial<Readonly<Record<TargetName, string>>> = {
  cloudflare:
    'Make it at dash.cloudflare.com, My Profile, API Tokens, from the template "Edit Cloudflare Workers"; servers that keep something also need D1: Edit.',
}
