import { hostsOf } from '../read-addresses.ts'
import type { AskedServer } from '../template.ts'

interface Upstreams {
  readonly baseUrls: readonly string[]
  readonly hosts: readonly string[]
  /** The text of `shared/upstreams.ts`. */
  readonly source: string
}

const EXAMPLES = ['https://one.api.example.com', 'https://two.api.example.com']

/** The upstreams that the description names, with equal weights; without any, the examples of the template. */
export function upstreamsOf({ addresses, sources }: AskedServer): Upstreams {
  const example = sources['shared/upstreams.ts'] ?? ''
  if (addresses.length === 0) return { baseUrls: EXAMPLES, hosts: hostsOf(EXAMPLES), source: example }
  const named = addresses.map((baseUrl, index) => ({
    name: `upstream_${index + 1}`,
    baseUrl,
    weight: 1,
    paths: ['/'],
    healthPath: '/',
  }))
  const types = example.slice(0, example.indexOf('export const upstreams'))
  return {
    baseUrls: addresses,
    hosts: hostsOf(addresses),
    source: `${types}export const upstreams: readonly Upstream[] = ${JSON.stringify(named, null, 2)}\n`,
  }
}
