import { createHash } from 'node:crypto'
import type { TokenServer } from '../../../runtime/library/http-call.ts'
import type { LoginAddresses } from '../pinned-login.ts'
import type { InboxField, InboxKind } from './inbox-kind.ts'

/** A login of a person with an OAuth client of theirs: it gives the refresh token that calls go on with. */
export interface OauthRequest {
  readonly kind: 'oauth'
  /** The credential that holds the refresh token, and that of the client. */
  readonly name: string
  readonly client: string
  readonly server: TokenServer
  /** Absent: the OpenID provider tells it. */
  readonly authorizationUrl?: string
  readonly refreshUrl?: string
  readonly scopes: readonly string[]
}

interface OauthFacts {
  /** Of the description, or what the provider says of itself now; else why there are none. */
  readonly addresses: LoginAddresses | { readonly problem: string }
  /** Whether the client was entered before. */
  readonly hasClient: boolean
  /** Where the browser comes back to: the client must be registered with it. */
  readonly redirectUri: string
}

export const oauthKind: InboxKind<OauthRequest, OauthFacts> = {
  // The addresses belong to it: what a person has read must be what happens.
  matterOf: ({ name, server, authorizationUrl, refreshUrl }) =>
    JSON.stringify([name, server, authorizationUrl, refreshUrl]),
  line: (request, server) => `log in at ${loginHost(request)} (${server})`,
  title: (request) => `Log in at ${loginHost(request)}`,
  form: (request, { addresses, hasClient, redirectUri }) =>
    'problem' in addresses
      ? { paragraphs: [[addresses.problem]], fields: [], answers: [] }
      : {
          paragraphs: [
            ['Your browser goes to ', { strong: new URL(addresses.authorization).host }, ', and you log in there.'],
            [
              'The client and the tokens are sent to ',
              { strong: loginHosts(request, addresses).join(', ') },
              ' and nowhere else.',
            ],
            request.scopes.length === 0
              ? ['It asks for what the client may do by default.']
              : ['It asks for: ', { strong: request.scopes.join(', ') }],
            ['The OAuth client has to be registered there with the redirect URI ', { strong: redirectUri }],
          ],
          fields: [
            {
              name: 'client_id',
              label: `Client id${hasClient ? ' (empty: the one entered before)' : ''}`,
              ...text(hasClient),
            },
            { name: 'client_secret', label: 'Client secret (empty: it has none)', type: 'password', isOptional: true },
          ],
          answers: [{ name: loginChoice(addresses), label: 'Log in', takesFields: true, byToolLink: true }],
        },
}

/** The choice names what was shown: a provider that names other addresses meanwhile is shown again. */
export function loginChoice({ authorization, token }: LoginAddresses): string {
  const shown = JSON.stringify([authorization, token])
  return `log-in-${createHash('sha256').update(shown).digest('hex').slice(0, 16)}`
}

/** Where the client and the tokens of a login are sent. */
export function loginHosts(
  { refreshUrl }: Pick<OauthRequest, 'refreshUrl'>,
  { token }: Pick<LoginAddresses, 'token'>,
): string[] {
  return [...new Set([token, ...(refreshUrl === undefined ? [] : [refreshUrl])].map((url) => new URL(url).host))]
}

/** Where a person logs in. */
export function loginHost({ authorizationUrl, server }: OauthRequest): string {
  return new URL(authorizationUrl ?? tokenServerUrl(server)).host
}

/** The same, before an OpenID provider has been asked: it may name another host, which a person sees first. */
export function tokenHosts({ server, refreshUrl }: Pick<OauthRequest, 'server' | 'refreshUrl'>): string[] {
  return loginHosts(refreshUrl === undefined ? {} : { refreshUrl }, { token: tokenServerUrl(server) })
}

function tokenServerUrl(server: TokenServer): string {
  return 'tokenUrl' in server ? server.tokenUrl : server.openIdConnectUrl
}

function text(isOptional: boolean): Pick<InboxField, 'type' | 'isOptional'> {
  return { type: 'text', isOptional }
}
