import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { defaults } from '../../src/config/defaults.ts'
import { createEgress, type Egress, type EgressPolicy } from '../../src/net/egress.ts'
import { egressFetch, egressStreamFetch } from '../../src/net/egress-fetch.ts'
import { type Figure, median, timed } from '../figure.ts'

const ROUNDS = 5
const CALLS = 1_000
const WARM_UP = 500
/** The most that egress may cost beyond a direct fetch, at the median. */
const ASKED_MS = 0.5

/**
 * Times requests to an allowed loopback site: a direct fetch, and egress in each of its forms, one after the other in
 * turns, so that whatever else the machine does meets all alike.
 * @returns of each round the median of the direct fetch, and what the median of egress is beyond it
 */
export async function measureHop(): Promise<Figure[]> {
  const site = fork(path.join(import.meta.dirname, 'site-main.ts'), [], { env: {} })
  try {
    const [address] = await once(site, 'message')
    // The site sends what its server listens on: a TCP address.
    const host = `127.0.0.1:${(address as AddressInfo).port}`
    const egress = createEgress({ allowLocal: new Set([host]), requestsPerMinute: 60_000_000 })
    const ways = waysTo(`http://${host}/items`, egress, new Set([host]))
    for (let n = 0; n < WARM_UP; n++) for (const way of Object.values(ways)) await way()
    const rounds: Record<keyof typeof ways, number>[] = []
    for (let n = 0; n < ROUNDS; n++) rounds.push(await oneRound(ways))
    await egress.close()
    const beyond = (way: keyof typeof ways) => rounds.map((round) => round[way] - round.direct)
    return [
      { what: 'a direct fetch, p50 of a round', unit: 'ms', values: rounds.map(({ direct }) => direct) },
      { what: 'egress beyond it', unit: 'ms', limit: ASKED_MS, values: beyond('request') },
      { what: 'egress as a fetch, beyond it', unit: 'ms', limit: ASKED_MS, values: beyond('fetch') },
      { what: 'egress as a stream, beyond it', unit: 'ms', limit: ASKED_MS, values: beyond('stream') },
    ]
  } finally {
    site.kill('SIGKILL')
  }
}

type Way = () => Promise<unknown>

function waysTo(url: string, egress: Egress, hosts: ReadonlySet<string>) {
  const { timeoutMs, answerBytes, redirects } = defaults.egress
  const policy: EgressPolicy = { hosts, caller: 'bench', timeoutMs, answerBytes, redirects }
  const signal = new AbortController().signal
  const headers = [['accept', 'application/json']] as const
  const asFetch = egressFetch(egress, policy)
  const asStream = egressStreamFetch(egress, policy)
  const ask = async (fetchIt: typeof fetch) =>
    (await fetchIt(url, { headers: { accept: 'application/json' }, signal })).arrayBuffer()
  return {
    direct: () => ask(fetch),
    request: () => egress.request({ url, headers, signal }, policy),
    fetch: () => ask(asFetch),
    stream: () => ask(asStream),
  } satisfies Record<string, Way>
}

async function oneRound<Name extends string>(ways: Readonly<Record<Name, Way>>): Promise<Record<Name, number>> {
  const entries = Object.entries<Way>(ways).map(([name, way]) => ({ name, way, times: [] as number[] }))
  for (let n = 0; n < CALLS; n++) for (const { way, times } of entries) times.push(await timed(way))
  // The entries are those of `ways`.
  return Object.fromEntries(entries.map(({ name, times }) => [name, median(times)])) as Record<Name, number>
}
