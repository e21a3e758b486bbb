import path from 'node:path'
import { MetaError } from '../errors/meta-error.ts'
import { defaults } from './defaults.ts'

/** How every request leaves. */
export interface NetworkConfig {
  /** Addresses of the proxies for https and for plain http, and the hosts that are reached without. */
  readonly proxies: { readonly https?: string; readonly http?: string; readonly except: readonly string[] }
  /** PEM of authorities that are trusted besides those of Node. */
  readonly caFile: string | undefined
  /** Of one server to one host. */
  readonly requestsPerMinute: number
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The proxies are named as curl and most programs name them, in upper or lower case.
 * @throws MetaError CONFIGURATION_INVALID, naming the variable and what it may be
 */
export function readNetwork(env: Environment): NetworkConfig {
  const https = readProxy('HTTPS_PROXY', env)
  const http = readProxy('HTTP_PROXY', env)
  const perMinute = env.MCPWRIGHT_REQUESTS_PER_MINUTE
  return {
    proxies: {
      ...(https && { https }),
      ...(http && { http }),
      except: (eitherCase('NO_PROXY', env) ?? '').split(/[,\s]+/).filter(Boolean),
    },
    caFile: env.MCPWRIGHT_CA_FILE ? path.resolve(env.MCPWRIGHT_CA_FILE) : undefined,
    requestsPerMinute: perMinute
      ? readCount('MCPWRIGHT_REQUESTS_PER_MINUTE', perMinute)
      : defaults.egress.requestsPerMinute,
  }
}

/** @returns the address of a proxy; as with curl, one without a scheme is of plain http */
function readProxy(name: 'HTTPS_PROXY' | 'HTTP_PROXY', env: Environment): string | undefined {
  const text = eitherCase(name, env)
  if (!text) return undefined
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`
  if (URL.canParse(address) && /^https?:$/.test(new URL(address).protocol)) return address
  // It may hold a password.
  throw new MetaError(
    'CONFIGURATION_INVALID',
    `${name} is not the address of an http or https proxy.`,
    'Give it as http://proxy.example:3128, with user:password@ before the host where the proxy wants them.',
  )
}

/** As curl does, the lower case counts first. */
function eitherCase(name: string, env: Environment): string | undefined {
  return env[name.toLowerCase()] ?? env[name]
}

function readCount(name: string, text: string): number {
  const count = Number(text)
  if (Number.isInteger(count) && count > 0) return count
  throw new MetaError('CONFIGURATION_INVALID', `${name} is "${text}".`, 'Give a whole number above 0.')
}
