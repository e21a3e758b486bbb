import type { JWTPayload } from 'jose'
import { systemClock } from '../../clock.ts'
import { bearerToken } from '../../server/bearer-guard.ts'
import type { WorkerBindings } from '../bindings.ts'
import type { Caller, CallerGuard } from '../caller-guard.ts'
import { issuerUrl, resourceUrl, scopesByTool } from '../resource-metadata.ts'
import { challenge } from './challenge.ts'
import { issuerKeySource, IssuerUnreachable } from './issuer-keys.ts'
import { InvalidToken, scopesOf, verifyToken } from './verify-token.ts'

/** Of every request. */
const EVERY = '*'

/**
 * A resource server of one issuer: MCP, authorization; RFC 6750.
 * @param network  fetch without limits
 * @throws NotConfigured
 */
export function oauthGuard(env: WorkerBindings, network: typeof fetch): CallerGuard {
  const issuer = issuerUrl(env)
  const scopes = scopesByTool(env)
  const keys = issuerKeySource(issuer, network, env.MCP_CACHE, systemClock)
  const audienceOf = (request: Request) => env.MCP_AUDIENCE || resourceUrl(request, env)
  const scopesFor = (names: readonly string[]) =>
    names.flatMap((name) => (Object.hasOwn(scopes, name) ? (scopes[name] ?? []) : []))

  return {
    async identify(request) {
      const token = bearerToken(request)
      // Who sent none is told where to get one, and of no error (RFC 6750, section 3.1).
      if (token === undefined) return challenge(request, env, { status: 401, scopes: scopesFor([EVERY]) })
      try {
        const caller = callerOf(token, await verifyToken(token, audienceOf(request), keys))
        return refuse(request, env, caller, scopesFor([EVERY])) ?? caller
      } catch (error) {
        if (error instanceof InvalidToken) {
          return challenge(request, env, { status: 401, error: 'invalid_token', description: error.message })
        }
        if (error instanceof IssuerUnreachable) return unreachable(error)
        throw error
      }
    },
    refuseTools: (names, caller, request) => refuse(request, env, caller, scopesFor(names)),
  }
}

function callerOf(token: string, payload: JWTPayload): Caller {
  const { sub, azp, client_id: clientId, exp } = payload
  const client = [azp, clientId].find((each) => typeof each === 'string') ?? ''
  // Whoever uses one client is not one caller, and what one client may for somebody another may not.
  const key = `token:${JSON.stringify([sub ?? '', client])}`
  return {
    key,
    authInfo: { token, clientId: key, scopes: [...scopesOf(payload)], ...(exp !== undefined && { expiresAt: exp }) },
  }
}

function refuse(
  request: Request,
  env: WorkerBindings,
  { authInfo }: Caller,
  needed: readonly string[],
): Response | undefined {
  const held = new Set(authInfo?.scopes)
  if (needed.every((scope) => held.has(scope))) return undefined
  // Those it has are named too: a client asks anew for what is named, and no less (MCP, authorization, Scope Challenge).
  const scopes = [...new Set([...needed, ...held])]
  return challenge(request, env, {
    status: 403,
    error: 'insufficient_scope',
    description: `This needs the scopes ${needed.join(' ')}.`,
    scopes,
  })
}

function unreachable({ message }: IssuerUnreachable): Response {
  const error = `Whether the token holds cannot be told now: ${message}`
  return Response.json({ error }, { status: 503, headers: { 'retry-after': '10' } })
}
