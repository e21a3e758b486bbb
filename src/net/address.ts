import { BlockList, isIP } from 'node:net'

/** Addresses that are not on the public internet (IANA special-purpose registries, RFC 6890 and its updates). */
const special = { ipv4: new BlockList(), ipv6: new BlockList() }
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // The service of a virtual machine's host in Azure, which believes whoever asks from the machine.
  ['168.63.129.16', 32],
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
  special.ipv4.addSubnet(network, bits, 'ipv4')
}
for (const [network, bits] of [
  // Only 2000::/3 is given out for the public internet (IANA IPv6 address space). The rest holds loopback, private and
  // link-local networks, and every form that hides an IPv4 address.
  ['::', 3],
  ['4000::', 2],
  ['8000::', 1],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const) {
  special.ipv6.addSubnet(network, bits, 'ipv6')
}

/** Whether a literal IP address leads to the public internet. */
export function isPublicAddress(address: string): boolean {
  const family = ({ 4: 'ipv4', 6: 'ipv6' } as const)[isIP(address)]
  return family !== undefined && !special[family].check(address, family)
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

/**
 * Whether a host name has no meaning outside of this machine or its network: names without a dot, and those that no
 * public name ends in (RFC 6761, RFC 6762, RFC 8375; ICANN's .internal, and the names it holds back for being in use).
 */
export function isLocalName(hostname: string): boolean {
  const name = hostname.toLowerCase().replace(/\.$/, '')
  return !/[.:]/.test(name) || /\.(localhost|local|localdomain|internal|intranet|lan|corp|home|home\.arpa)$/.test(name)
}

/** `host` for the scheme's own port, else `host:port`, in lower case and without a trailing dot. */
export function hostKey(url: URL): string {
  return url.host.toLowerCase().replace(/\.(?=$|:)/, '')
}

/** `host:port`, as a person opens a local host. */
export function hostAndPort(url: URL): string {
  return `${url.hostname.toLowerCase()}:${url.port || (url.protocol === 'https:' ? '443' : '80')}`
}
