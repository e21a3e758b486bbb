import { systemClock } from '../../clock.ts'
import { bearerToken } from '../../server/bearer-guard.ts'
import { isSafeTokenUrl } from '../../token-server.ts'
import type { WorkerBindings } from '../bindings.ts'
import { addressOf, type CallerGuard } from '../caller-guard.ts'
import { NotConfigured } from '../not-configured.ts'
import { challenge } from '../oauth/challenge.ts'
import { issuerKeySource } from '../oauth/issuer-keys.ts'
import { overLimit } from '../rate-limit.ts'
import { resourceUrl } from '../resource-metadata.ts'
import {
  AUTHORIZE_PATH,
  authorizationServer,
  CALLBACK_PATH,
  faultOf,
  PROTOCOL_PATHS,
  type TokenProps,
} from './authorization-server.ts'
import { boundedKeys } from './bounded-keys.ts'
import { githubUpstream } from './github-upstream.ts'
import { readLogin } from './login-settings.ts'
import { openIdUpstream } from './openid-upstream.ts'
import { servePages } from './serve-login.ts'

const PATHS = [AUTHORIZE_PATH, CALLBACK_PATH, ...PROTOCOL_PATHS]

/**
 * A server that gives out its own tokens, to people who log in elsewhere: MCP, authorization.
 * @param server  its name, for people
 * @param network  fetch without limits
 * @throws NotConfigured
 */
export function loginGuard(env: WorkerBindings, server: string, network: typeof fetch): CallerGuard {
  const { MCP_LOGIN_CLIENT_SECRET: secret, OAUTH_KV: namespace } = env
  const settings = readLogin(env.MCP_LOGIN)
  if (!secret) throw new NotConfigured('The secret MCP_LOGIN_CLIENT_SECRET is not set.')
  if (!namespace) throw new NotConfigured('Logins need a KV namespace, bound as OAUTH_KV.')
  const stored = { OAUTH_KV: boundedKeys(namespace) }
  const client = { clientId: settings.client_id, secret, send: network }
  const upstream =
    settings.issuer === undefined
      ? githubUpstream(client)
      : openIdUpstream(client, issuerKeySource(settings.issuer, network, env.MCP_CACHE, systemClock))

  return {
    async identify(request) {
      const { origin } = new URL(request.url)
      if (!isSafeTokenUrl(origin)) return notEncrypted()
      const token = bearerToken(request)
      if (token === undefined) return challenge(request, env, { status: 401 })
      const issuing = authorizationServer(origin, settings)
      const held = await issuing.validateToken<TokenProps>(resourceUrl(request, env), token, stored)
      const fault = held ? faultOf(held.props, settings) : 'The token does not hold, or no more.'
      if (!held || fault !== undefined) {
        return challenge(request, env, { status: 401, error: 'invalid_token', ...(fault && { description: fault }) })
      }
      // Of the person alone: with a client for each call they would be a new caller each time. What they had begun when
      // the generation was raised (sessions, tasks, rounds of input) is not theirs any more: all of that login has ended.
      const key = `person:${held.props.generation}:${held.userId}`
      return { key, authInfo: { token, clientId: key, scopes: held.scope, expiresAt: held.expiresAt } }
    },
    async answer(request) {
      const { origin, pathname } = new URL(request.url)
      if (!PATHS.includes(pathname)) return undefined
      if (!isSafeTokenUrl(origin)) return notEncrypted()
      // Each writes to the namespace before anybody has shown who they are.
      const limited = await overLimit({ key: addressOf(request) }, env)
      if (limited) return limited
      const issuing = authorizationServer(origin, settings)
      if (PROTOCOL_PATHS.includes(pathname)) return issuing.fetch(request, stored, {})
      return servePages(request, { server, settings, upstream, oauth: issuing.getOAuthApi(stored) })
    },
  }
}

function notEncrypted(): Response {
  return Response.json({ error: 'Logins and tokens travel over https alone.' }, { status: 400 })
}
