import { BlockList, isIP } from 'node:net'

/** Addresses that are not on the public internet (IANA special-purpose registries, RFC 6890 and its updates). */
const special = new BlockList()
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  special.addSubnet(network, bits, 'ipv4')
}
for (const [network, bits] of [
  ['::', 128],
  ['::1', 128],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  special.addSubnet(network, bits, 'ipv6')
}

/** Whether a literal IP address leads to the public internet. IPv4-mapped IPv6 addresses are seen through. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address)
  if (family === 0) return false
  return !special.check(address, family === 4 ? 'ipv4' : 'ipv6')
}

/** The host of a URL when it is a literal IP address, without brackets. */
export function literalAddress(url: URL): string | undefined {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return isIP(host) ? host : undefined
}

/** Whether a URL names this machine: 127.0.0.0/8, ::1 or localhost (RFC 6761, section 6.3). */
export function isLoopback(url: URL): boolean {
  const host = url.hostname.toLowerCase()
  return host === '[::1]' || host === 'localhost' || (host.startsWith('127.') && isIP(host) === 4)
}

/** `host` for the scheme's own port, else `host:port`, in lower case and without a trailing dot. */
export function hostKey(url: URL): string {
  return url.host.toLowerCase().replace(/\.(?=$|:)/, '')
}
