import { tokenNameOf } from '../../generators/importers/graphql/token-name.ts'
import { defaults } from '../config/defaults.ts'
import { MetaError } from '../errors/meta-error.ts'
import type { Server } from '../model/server.ts'
import { hostKey } from '../net/address.ts'
import type { DescriptionText } from './read-description.ts'
import type { Services } from './services.ts'

/**
 * Asks a GraphQL endpoint for its schema (GraphQL specification, section 4), with the token that a person entered for
 * its host, if there is one.
 * @throws MetaError DESCRIPTION_UNREADABLE when it does not tell, and those of egress
 */
export async function introspect(
  url: string,
  server: Server,
  { egress, secrets }: Pick<Services, 'egress' | 'secrets'>,
  signal: AbortSignal,
): Promise<DescriptionText> {
  const host = URL.canParse(url) ? hostKey(new URL(url)) : ''
  const token = (await secrets.load(server.tenantId, server.id)).value(tokenNameOf(host), host)
  const { timeoutMs } = defaults.egress
  const policy = {
    hosts: 'any' as const,
    caller: 'import',
    timeoutMs,
    redirects: 0,
    answerBytes: defaults.limits.descriptionBytes,
  }
  const headers = [
    ['content-type', 'application/json'],
    ['accept', 'application/graphql-response+json, application/json'],
    ...(token === undefined ? [] : [['authorization', `Bearer ${token}`] as const]),
  ] as const
  const { getIntrospectionQuery } = await import('graphql')
  const body = new TextEncoder().encode(
    JSON.stringify({ query: getIntrospectionQuery({ inputValueDeprecation: true }) }),
  )
  const answer = await egress.request({ url, method: 'POST', headers, body, signal }, policy)
  const text = new TextDecoder().decode(answer.body)
  if (answer.status === 200 && /"__schema"\s*:\s*\{/.test(text.slice(0, 10_000))) return { text, origin: url }
  const wantsToken = answer.status === 401 || answer.status === 403
  throw new MetaError(
    'DESCRIPTION_UNREADABLE',
    `"${url}" does not tell its schema (${answer.status}${errorsOf(text)}).`,
    wantsToken
      ? `It wants a token: request_secrets for ${tokenNameOf(host)} with the host ${host}, then import again.`
      : 'Many servers answer no introspection: give the schema (SDL) as content or file, and base_url.',
    wantsToken
      ? {
          next: {
            tool: 'request_secrets',
            arguments: { server: server.name, secrets: [{ name: tokenNameOf(host), host }] },
          },
        }
      : {},
  )
}

function errorsOf(text: string): string {
  const message = /"message"\s*:\s*"([^"]{1,200})"/.exec(text.slice(0, 10_000))?.[1]
  return message === undefined ? '' : `: ${message}`
}
