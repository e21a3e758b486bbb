/**
 * `node --expose-gc bench/bridge/soak.ts [minutes]`: 50 servers under calls, crashes, idle stops and clients that
 * vanish, 10 minutes by default. Prints what it sees; exits with 1 when a process, session, descriptor or memory leaks.
 */
import { readdirSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { openFleet, type FleetServer } from './fleet.ts'
import { withDescendants } from './process-cpu.ts'
import { modernRoad, sessionRoad } from './roads.ts'

const SERVERS = 50
const WORKERS = 6
/** At most so many of the calls make the server crash. */
const CRASH_SHARE = 0.01
/** Servers crash all the time here; none is to be given up for it. */
const LIMITS = {
  idleMs: 1_000,
  sessionIdleMs: 20_000,
  sessions: 40,
  crashesInWindow: 1_000,
  backoffMs: 50,
  backoffMaxMs: 50,
}
const SAMPLE_MS = 5_000
const SLACK_MIB = 8

interface Sample {
  readonly heapMiB: number
  readonly residentMiB: number
  readonly descriptors: number
  readonly processes: number
  readonly sessions: number
  readonly calls: number
}

const minutes = Number(process.argv[2] ?? 10)
const until = performance.now() + minutes * 60_000
const samples: Sample[] = []
const problems: string[] = []
let calls = 0

const before = openDescriptors()
{
  await using fleet = await openFleet(SERVERS, LIMITS)
  const workers = Array.from({ length: WORKERS }, (_, index) => work(fleet.servers, index))
  while (performance.now() < until) {
    await setTimeout(Math.min(SAMPLE_MS, Math.max(1, until - performance.now())))
    samples.push(sample(fleet.servers))
    console.log(JSON.stringify(samples.at(-1)))
  }
  await Promise.all(workers)
}
await setTimeout(500)
judge()

/** Calls servers in turn as clients of both eras; most sessions are never ended. */
async function work(servers: readonly FleetServer[], worker: number): Promise<void> {
  for (let round = worker; performance.now() < until; round += WORKERS) {
    // A few servers at a time, so that the others fall asleep.
    const server = servers[(Math.floor(round / 200) * 7 + (round % 5)) % servers.length]
    if (!server) return
    if (Math.random() < CRASH_SHARE) await server.bridge.request('tools/call', { name: 'crash' }).catch(() => {})
    const road = round % 2 === 0 ? modernRoad : sessionRoad
    const client = await road.open(server.port)
    try {
      for (let call = 0; call < 5; call++, calls++) await client.call(`text ${round} ${call}`)
    } catch (error) {
      // What a crash takes with it is told as that, and as nothing else.
      if (!/-32603/.test(String(error))) problems.push(String(error))
    } finally {
      client.close()
    }
    await setTimeout(2)
  }
}

function sample(servers: readonly FleetServer[]): Sample {
  globalThis.gc?.()
  const { heapUsed, rss } = process.memoryUsage()
  return {
    heapMiB: toMiB(heapUsed),
    residentMiB: toMiB(rss),
    descriptors: openDescriptors(),
    processes: withDescendants(process.pid).length - 1,
    sessions: servers.reduce((sum, { bridge }) => sum + bridge.health().sessions, 0),
    calls,
  }
}

/** Memory is flat when the second half of the time holds no more than the first, but for what sessions may hold. */
function judge(): void {
  const half = samples.slice(0, Math.ceil(samples.length / 2)).map(({ heapMiB }) => heapMiB)
  const growth = (samples.at(-1)?.heapMiB ?? 0) - Math.max(...half)
  if (growth > SLACK_MIB) problems.push(`The heap grew by ${growth} MiB in the second half.`)
  const processes = withDescendants(process.pid).length - 1
  if (processes > 0) problems.push(`${processes} processes are left.`)
  const descriptors = openDescriptors() - before
  if (descriptors > 2) problems.push(`${descriptors} descriptors are left.`)
  console.log(problems.length === 0 ? `No leak in ${minutes} minutes and ${calls} calls.` : problems.join('\n'))
  process.exitCode = problems.length === 0 ? 0 : 1
}

function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length
}

function toMiB(bytes: number): number {
  return Math.round(bytes / 1024 / 1024)
}
