import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answerLogin, type Logins } from './issuer-logins.ts'
import { exportJWK, generateKeyPair, type GenerateKeyPairResult, type JWK, type JWTPayload, SignJWT } from 'jose'

export interface Issuer extends AsyncDisposable {
  readonly url: string
  /** Where it listens. */
  readonly address: string
  /** A token that holds, but for what is given. */
  token(claims?: JWTPayload): Promise<string>
  /** From now on another key signs, and the old one is gone. */
  rotate(): Promise<void>
  /** What its keys say of themselves, and a wrong use of them. */
  readonly publicKey: () => JWK
  /** Addresses that were asked for. */
  readonly requests: readonly string[]
  fail(isDown: boolean): void
  /** Who logs in next, and how it goes wrong. */
  readonly logins: Logins
}

/**
 * An OpenID provider on loopback.
 * @param publicUrl  what it is called, where it is reached by another name
 * @param keysUrl  where it keeps its keys; with the rest when absent
 */
export async function openIssuer(audience: string, publicUrl?: string, keysUrl?: string): Promise<Issuer> {
  const logins: Logins = { person: {}, asked: [], codes: new Map() }
  let signing = await makeKey()
  let isDown = false
  const requests: string[] = []
  const server = createServer((request, response) => {
    requests.push(request.url ?? '')
    response.setHeader('content-type', 'application/json')
    if (isDown) return void response.writeHead(500).end('{}')
    const answers: Record<string, object> = {
      '/.well-known/openid-configuration': {
        issuer: url,
        jwks_uri: `${keysUrl ?? url}/keys`,
        authorization_endpoint: `${url}/authorize`,
        token_endpoint: `${url}/token`,
        userinfo_endpoint: `${url}/userinfo`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['ES256'],
        code_challenge_methods_supported: ['S256'],
      },
      '/keys': { keys: [signing.jwk] },
    }
    if (/^\/(authorize|token|userinfo)/.test(request.url ?? ''))
      return void answerLogin(request, response, logins, token)
    const answer = answers[request.url ?? '']
    response.writeHead(answer ? 200 : 404).end(JSON.stringify(answer ?? {}))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const url = publicUrl ?? address

  async function token(claims: JWTPayload = {}): Promise<string> {
    const nowSeconds = Math.floor(Date.now() / 1_000)
    const payload = {
      iss: url,
      aud: audience,
      sub: 'ada',
      azp: 'editor',
      iat: nowSeconds,
      exp: nowSeconds + 300,
      ...claims,
    }
    const { alg = '', kid = '' } = signing.jwk
    return new SignJWT(payload).setProtectedHeader({ alg, kid }).sign(signing.privateKey)
  }

  return {
    url,
    address,
    logins,
    requests,
    publicKey: () => signing.jwk,
    token,
    async rotate() {
      signing = await makeKey()
    },
    fail(down) {
      isDown = down
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function makeKey(): Promise<{ privateKey: GenerateKeyPairResult['privateKey']; jwk: JWK }> {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), alg: 'ES256', use: 'sig', kid: crypto.randomUUID() } }
}
