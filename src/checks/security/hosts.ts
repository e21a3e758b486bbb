import { hostsOfCall } from '../../model/server-hosts.ts'
import type { ToolDefinition } from '../../model/tool-definition.ts'
import type { Found, Rule } from '../rule.ts'

/** X4: an address that no request will reach, or over which anyone can read and change it. */
export const reachableHosts: Rule = {
  id: 'X4',
  weight: 'warning',
  *find({ definition: { tools, connections } }) {
    for (const tool of tools) yield* addressesOf(tool)
    for (const { name, url } of connections) {
      if (isPlainHttp(url)) {
        const fix =
          'Remove it with remove_item (kind: connection), and connect its https address with connect_external.'
        yield { kind: 'connection', name, problem: `It is reached over plain http: ${new URL(url).host}.`, fix }
      }
    }
  },
}

function* addressesOf({ name, handler }: ToolDefinition): Generator<Found> {
  if (handler.kind === 'operation') {
    const [server] = handler.call.servers
    if (server && isPlainHttp(server.url)) {
      const fix = 'Import it again with import_openapi and the https address as base_url, or give that to add_tool.'
      yield { kind: 'tool', name, problem: `It asks ${hostsOfCall(handler.call)[0]} over plain http.`, fix }
    }
  }
  if (handler.kind !== 'code') return
  const hosts = new Set(handler.hosts)
  for (const [address] of handler.source.matchAll(/\bhttps?:\/\/[a-z0-9.:-]{1,255}/gi)) {
    if (!URL.canParse(address)) continue
    const { host } = new URL(address)
    if (isPlainHttp(address)) {
      yield {
        kind: 'tool',
        name,
        problem: `Its code asks ${host} over plain http.`,
        fix: 'Use https, with add_tool and replace: true.',
      }
    } else if (!hosts.has(host) && !isLocal(host)) {
      const fix = `Name it in hosts, with add_tool and replace: true, or take the address out.`
      yield { kind: 'tool', name, problem: `Its code names ${host}, which is not among its hosts.`, fix }
    }
  }
}

/** What is on this machine was opened by a person, and leaves no network. */
function isPlainHttp(url: string): boolean {
  return URL.canParse(url) && new URL(url).protocol === 'http:' && !isLocal(new URL(url).hostname)
}

function isLocal(host: string): boolean {
  return /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(?::\d+)?$/.test(host)
}
