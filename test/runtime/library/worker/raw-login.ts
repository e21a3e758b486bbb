import { createHash } from 'node:crypto'
import { type PersonBrowser, type Shown } from '../../../fixtures/person-browser.ts'
import { REDIRECT_URI } from '../../../fixtures/login-client.ts'

export const VERIFIER = 'v'.repeat(64)

export interface RawTokens {
  readonly status: number
  readonly access_token: string
  readonly refresh_token: string
  readonly error?: string
}

/** The requests of a login one by one, as somebody sends them who does not keep to the rules. */
export function rawLogin(base: string) {
  return {
    /** @returns the client id */
    async register(metadata: object = {}): Promise<string> {
      const body = {
        client_name: 'Editor',
        redirect_uris: [REDIRECT_URI],
        token_endpoint_auth_method: 'none',
        ...metadata,
      }
      const answer = await fetch(`${base}/oauth/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      return ((await answer.json()) as { client_id: string }).client_id
    },
    /** Where a client sends the person; undefined takes a parameter away. */
    authorizeUrl(client: string, parameters: Readonly<Record<string, string | undefined>> = {}): string {
      const all = {
        response_type: 'code',
        client_id: client,
        redirect_uri: REDIRECT_URI,
        state: 'mine',
        code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
        code_challenge_method: 'S256',
        resource: `${base}/mcp`,
        ...parameters,
      }
      const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined)
      return `${base}/authorize?${new URLSearchParams(given).toString()}`
    },
    /** Logs in, as far as it goes. */
    async logIn(browser: PersonBrowser, client: string, until = REDIRECT_URI): Promise<Shown> {
      return browser.submit(await browser.open(this.authorizeUrl(client), until), 'allow', until)
    },
    async exchange(fields: Readonly<Record<string, string>>): Promise<RawTokens> {
      const answer = await fetch(`${base}/oauth/token`, { method: 'POST', body: new URLSearchParams(fields) })
      return { status: answer.status, ...((await answer.json()) as Omit<RawTokens, 'status'>) }
    },
    redeem(client: string, done: Shown, more: Readonly<Record<string, string>> = {}): Promise<RawTokens> {
      const code = new URL(done.url).searchParams.get('code') ?? ''
      const grant = { grant_type: 'authorization_code', redirect_uri: REDIRECT_URI, code_verifier: VERIFIER }
      return this.exchange({ ...grant, client_id: client, code, ...more })
    },
    refresh(client: string, token: string): Promise<RawTokens> {
      return this.exchange({ grant_type: 'refresh_token', client_id: client, refresh_token: token })
    },
    async ping(token: string): Promise<Response> {
      return fetch(`${base}/mcp`, {
        method: 'POST',
        headers: {
          accept: 'application/json, text/event-stream',
          'content-type': 'application/json',
          authorization: `Bearer ${token}`,
        },
        body: '{"jsonrpc":"2.0","id":1,"method":"ping"}',
      })
    },
  }
}
