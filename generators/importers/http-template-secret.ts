import type { Credential, CredentialPlacement } from '../../runtime/library/http-call.ts'
import { MetaError } from '../../src/errors/meta-error.ts'
import type { HttpTemplate, TemplateTexts } from './http-tool.ts'

/** The credential of a declared http tool, bound to the tool's host; undefined when it has no secret. */
export function credentialOf(http: HttpTemplate, texts: TemplateTexts): Credential | undefined {
  const { secret } = http
  if (secret === undefined) return undefined
  const mark = `{${secret}}`
  const places = [
    ...texts.headers.map(([name, text]) => ({ in: 'header' as const, name, text })),
    ...texts.query.map(([name, text]) => ({ in: 'query' as const, name, text })),
  ].filter(({ text }) => text.includes(mark))
  if (places.length > 1) {
    throw new MetaError(
      'ARGUMENTS_INVALID',
      `Secret "${secret}" stands in ${places.length} places: ${places.map(({ name }) => `"${name}"`).join(', ')}.`,
      'Keep {NAME} in one header or query parameter.',
    )
  }
  const [place] = places
  const placement = place ? placementOf(place, mark) : ({ type: 'bearer' } as const)
  return { name: secret, hosts: [texts.host], placement, purpose: `Credential of ${texts.host}` }
}

function placementOf(
  { in: where, name, text }: { readonly in: 'header' | 'query'; readonly name: string; readonly text: string },
  mark: string,
): CredentialPlacement {
  const isAuthorization = where === 'header' && name.toLowerCase() === 'authorization'
  if (isAuthorization && text === `Bearer ${mark}`) return { type: 'bearer' }
  if (isAuthorization && text === `Basic ${mark}`) return { type: 'basic' }
  if (text === mark) return { type: 'apiKey', in: where, name }
  return { type: 'apiKey', in: where, name, format: text.replaceAll(mark, '{value}') }
}
