import { BlockList, isIP } from 'node:net'
import { isLoopback, literalAddress } from './address.ts'

/** The proxies of a person's environment, as curl and most programs read it. */
export interface ProxySettings {
  /** HTTPS_PROXY: the address of the proxy for https addresses. */
  readonly https?: string | undefined
  /** HTTP_PROXY: of that for plain http. */
  readonly http?: string | undefined
  /** NO_PROXY: hosts that are reached without. */
  readonly except?: readonly string[] | undefined
}

/** The proxy that a request goes through; undefined: straight. What is on this machine is never behind a proxy. */
export function proxyFor(url: URL, { https, http, except = [] }: ProxySettings): string | undefined {
  const proxy = url.protocol === 'https:' ? https : http
  if (proxy === undefined || isLoopback(url)) return undefined
  return except.some((entry) => covers(entry, url)) ? undefined : proxy
}

/**
 * Whether an entry of NO_PROXY speaks of a host: `*`; a name, which covers the names below it; `.name` and `*.name`
 * likewise; an IP address, or a network in CIDR notation. A port after it narrows it to that port.
 */
function covers(entry: string, url: URL): boolean {
  const text = entry.toLowerCase()
  const [, host = '', port] = isIP(text) ? ['', text] : (/^(.*?)(?::(\d+))?$/.exec(text) ?? [])
  if (port !== undefined && port !== (url.port || (url.protocol === 'https:' ? '443' : '80'))) return false
  if (host === '*') return true
  const literal = literalAddress(url)
  if (literal !== undefined) return isInNetwork(literal, host.replaceAll(/[[\]]/g, ''))
  const name = host.replace(/^\*?\./, '').replace(/\.$/, '')
  const asked = url.hostname.replace(/\.$/, '')
  return name !== '' && (asked === name || asked.endsWith(`.${name}`))
}

function isInNetwork(address: string, network: string): boolean {
  const [base = '', bits] = network.split('/')
  const family = isIP(base) === 4 ? 'ipv4' : 'ipv6'
  const widest = family === 'ipv4' ? 32 : 128
  const length = bits === undefined ? widest : Number(bits)
  if (isIP(base) === 0 || !(Number.isInteger(length) && length >= 0 && length <= widest)) return false
  const list = new BlockList()
  list.addSubnet(base, length, family)
  return list.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6')
}
