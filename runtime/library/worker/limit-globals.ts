import { allowedFetch } from '../allowed-fetch.ts'

/**
 * Leaves code in a Worker one way out: the hosts of its server. The sandbox that it is written in knows no others either.
 * Elsewhere than on Workers nothing is changed: there the globals are not ours alone.
 * @returns fetch as it was
 */
export function limitGlobals(hosts: readonly string[]): typeof fetch {
  const network = globalThis.fetch.bind(globalThis)
  if (navigator.userAgent !== 'Cloudflare-Workers') return network
  replaceGlobal('fetch', allowedFetch(hosts, network))
  replaceGlobal('WebSocket', undefined)
  replaceGlobal('EventSource', undefined)
  return network
}

/** Where it stands, which is a prototype of the global object: in its place alone the old one could still be had. */
function replaceGlobal(name: string, value: unknown): void {
  for (let holder: unknown = globalThis; holder; holder = Object.getPrototypeOf(holder)) {
    if (Object.hasOwn(holder, name))
      Object.defineProperty(holder, name, { value, writable: false, configurable: false })
  }
}
