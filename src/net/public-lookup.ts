import { lookup, type LookupAddress, type LookupAllOptions } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { isPublicAddress } from './address.ts'

/** All addresses of a name, as `lookup` of node:dns gives them. */
export type ResolveHost = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

export const resolveHost: ResolveHost = lookup

/** Of the error that the lookup of a private name ends with. */
export const PRIVATE_ADDRESS = 'PRIVATE_ADDRESS'

/** Refuses private addresses on the very connection that is used, so that a second answer of DNS changes nothing. */
export function publicLookup(resolve: ResolveHost): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0)
      const allowed = addresses.filter(({ address }) => isPublicAddress(address))
      const [first] = allowed
      if (!first) {
        const refusal = new Error(`${hostname} has no public address`)
        return callback(Object.assign(refusal, { code: PRIVATE_ADDRESS }), '', 0)
      }
      if (options.all) return callback(null, allowed)
      return callback(null, first.address, first.family)
    })
  }
}

/** Where only the proxy can resolve names, a resolver here may never answer. */
const LOOK_MS = 2_000

/**
 * Whether a name that a proxy is going to resolve has a private address as seen from here. A proxy may take any of the
 * addresses, so one is enough; a name that cannot be resolved here in time is the proxy's to judge.
 */
export async function hasPrivateAddress(hostname: string, resolve: ResolveHost): Promise<boolean> {
  const { promise, resolve: settle } = Promise.withResolvers<readonly LookupAddress[]>()
  const timer = setTimeout(() => settle([]), LOOK_MS)
  resolve(hostname, { all: true }, (error, addresses) => settle(error ? [] : addresses))
  const found = await promise
  clearTimeout(timer)
  return found.some(({ address }) => !isPublicAddress(address))
}
