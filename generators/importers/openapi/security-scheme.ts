import type { CredentialPlacement } from '../../../runtime/library/http-call.ts'
import { cleanLine } from './clean-text.ts'
import { asText, type JsonRecord } from './json-value.ts'
import { type OAuthClient, readOAuthClient } from './oauth-client.ts'

/** A security scheme as a credential, or why it cannot be one. */
export type Scheme =
  | {
      readonly kind: 'credential'
      readonly name: string
      readonly placement: CredentialPlacement
      readonly purpose: string
      /** A token of one's own does; where the scheme allows it, so does a client that gets tokens. */
      readonly client?: OAuthClient
    }
  | { readonly kind: 'unsupported'; readonly reason: string }

/**
 * Reads one security scheme. OpenAPI 3.1, section 4.8.27; Swagger 2.0: securityDefinitions
 * @param key      its name in the description
 * @param nameFor  a free name for a secret that ends so
 */
export function readScheme(key: string, scheme: JsonRecord, nameFor: (suffix: string) => string): Scheme {
  const type = asText(scheme.type)
  const httpScheme = asText(scheme.scheme)?.toLowerCase()
  const about = cleanLine(asText(scheme.description) ?? '', 160)
  if (type === 'apiKey') {
    const place = scheme.in
    const name = asText(scheme.name)
    if (name === undefined || (place !== 'header' && place !== 'query' && place !== 'cookie')) {
      return { kind: 'unsupported', reason: `security scheme "${key}" is an API key without a name or place` }
    }
    const purpose = about || `API key, sent as ${place === 'query' ? 'query parameter' : place} "${name}"`
    return { kind: 'credential', name: nameFor('API_KEY'), placement: { type: 'apiKey', in: place, name }, purpose }
  }
  if (type === 'basic' || (type === 'http' && httpScheme === 'basic')) {
    const purpose = `${about ? `${about} ` : ''}(write it as user:password)`
    return { kind: 'credential', name: nameFor('LOGIN'), placement: { type: 'basic' }, purpose }
  }
  if (type === 'oauth2' || type === 'openIdConnect' || (type === 'http' && httpScheme === 'bearer')) {
    const purpose = about || (type === 'http' ? 'Bearer token' : 'OAuth access token')
    const client = type === 'http' ? undefined : readOAuthClient(scheme, nameFor)
    return {
      kind: 'credential',
      name: nameFor('TOKEN'),
      placement: { type: 'bearer' },
      purpose,
      ...(client && { client }),
    }
  }
  if (type === 'mutualTLS') {
    const name = nameFor('CERT')
    const keyName = name.replace(/_CERT(?=_\d+$|$)/, '_KEY')
    const purpose = `${about ? `${about} ` : ''}(client certificate and private key as PEM, one after the other; on Node the key may stand in ${keyName} instead)`
    return { kind: 'credential', name, placement: { type: 'mutualTLS', key: keyName }, purpose }
  }
  const found = type === 'http' ? `http ${httpScheme ?? ''}`.trim() : (type ?? 'nothing')
  return {
    kind: 'unsupported',
    reason: `security scheme "${key}" is of type "${found}"; apiKey, http basic, http bearer, oauth2, openIdConnect and mutualTLS can be used`,
  }
}
