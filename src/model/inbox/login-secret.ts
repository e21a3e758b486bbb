import { LOGIN_SECRET, type LoginClient } from '../login-secret.ts'
import type { InboxKind } from './inbox-kind.ts'

/** The client secret that a published server logs people in with. */
export interface LoginSecretRequest extends LoginClient {
  readonly kind: 'login-secret'
}

export const loginSecretKind: InboxKind<LoginSecretRequest, undefined> = {
  matterOf: ({ issuer, clientId }) => `${issuer} ${clientId}`,
  line: ({ issuer }, server) => `enter the client secret that people log in to ${server} with at ${issuer}`,
  title: ({ issuer }) => `Client secret for logins at ${new URL(issuer).host}`,
  form: ({ issuer, clientId }) => ({
    paragraphs: [
      [
        'People who call this server will log in at ',
        { strong: issuer },
        ', where it is the client ',
        { strong: clientId },
        '. The secret goes to Cloudflare with the server, which shows it to this issuer alone.',
      ],
      ['Enter it only if you have registered this client there. No model and no code of the server sees it.'],
      ['Its redirect URI there is the address of the server with /callback; the plan of the deploy says it in full.'],
    ],
    fields: [{ name: 'value', label: LOGIN_SECRET, type: 'password' }],
    answers: [{ name: 'enter', label: 'Save', takesFields: true, byToolLink: true }],
  }),
}
