import { looksLikeWsdl } from '../../generators/importers/soap/recognize-wsdl.ts'
import { type DescriptionText, readDescription } from './read-description.ts'
import type { Services } from './services.ts'

/**
 * Reads the WSDL at an address; for that of an endpoint, its own with `?wsdl` is tried, where most servers show it.
 * @throws MetaError DESCRIPTION_UNREADABLE, and those of egress
 */
export async function readWsdl(
  url: string,
  services: Pick<Services, 'egress' | 'config'>,
  signal: AbortSignal,
): Promise<DescriptionText> {
  const hasQuery = !URL.canParse(url) || new URL(url).search !== ''
  if (hasQuery || /\.(wsdl|xml)$/i.test(url)) return readDescription({ url }, services, signal)
  const shown = await readDescription({ url: `${url}?wsdl` }, services, signal).catch(() => undefined)
  return shown && looksLikeWsdl(shown.text) ? shown : readDescription({ url }, services, signal)
}
