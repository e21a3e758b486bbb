import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose'
import type { IssuerKeys, IssuerKeySource } from './issuer-keys.ts'

/** Why a token does not hold, for whoever sent it. */
export class InvalidToken extends Error {
  override readonly name = 'InvalidToken'
}

/** Signatures of keys that only the issuer has. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']
const TOLERANCE_SECONDS = 30

/**
 * Checks an access token: its signature by a key of the issuer, `iss`, `aud`, `exp` and `nbf`.
 * RFC 9068, section 4; RFC 8725, sections 3.1 and 3.8
 * @throws InvalidToken, IssuerUnreachable
 */
export async function verifyToken(token: string, audience: string, keys: IssuerKeySource): Promise<JWTPayload> {
  try {
    return await verifyBy(await keys.current(), token, audience)
  } catch (error) {
    // The issuer may have rotated its keys.
    if (!(error instanceof errors.JWKSNoMatchingKey)) throw asInvalid(error)
  }
  try {
    return await verifyBy(await keys.renewed(), token, audience)
  } catch (error) {
    throw asInvalid(error)
  }
}

async function verifyBy({ issuer, jwks }: IssuerKeys, token: string, audience: string): Promise<JWTPayload> {
  const { payload } = await jwtVerify(token, keySetOf(jwks), {
    issuer,
    audience,
    algorithms: ALGORITHMS,
    clockTolerance: TOLERANCE_SECONDS,
    requiredClaims: ['exp'],
  })
  return payload
}

const keySets = new WeakMap<JSONWebKeySet, ReturnType<typeof createLocalJWKSet>>()

/** Importing a key takes longer than checking a signature: a set is made once. */
function keySetOf(jwks: JSONWebKeySet): ReturnType<typeof createLocalJWKSet> {
  const keySet = keySets.get(jwks) ?? createLocalJWKSet(jwks)
  keySets.set(jwks, keySet)
  return keySet
}

/** Other errors pass as they are. */
function asInvalid(error: unknown): unknown {
  return error instanceof errors.JOSEError ? new InvalidToken(error.message, { cause: error }) : error
}

/** The scopes of a token: `scope` (RFC 8693, section 4.2), `scp` (Entra, Okta), and Auth0's `permissions`. */
export function scopesOf({ scope, scp, permissions }: JWTPayload): readonly string[] {
  return [scope, scp, permissions].flatMap((claim) => {
    if (typeof claim === 'string') return claim.split(' ').filter(Boolean)
    return Array.isArray(claim) ? claim.filter((each) => typeof each === 'string') : []
  })
}
