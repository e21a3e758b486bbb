/**
 * `fleet-main.ts <servers> <active>`: memory of many servers that sleep and of a few that are awake, and how long a
 * first call takes that wakes one. Prints one line of JSON. Run with --expose-gc.
 */
import { residentBytes } from '../../runtime/supervisor/watch-memory.ts'
import { openFleet, type FleetServer } from './fleet.ts'
import { modernRoad } from './roads.ts'

const [count = 200, active = 10] = process.argv.slice(2).map(Number)
const MiB = 1024 * 1024
const IDLE_MS = 2_000

const empty = resident()
await using fleet = await openFleet(count, { idleMs: 0 })
const asleep = resident()
const awake = fleet.servers.slice(0, active)
for (const server of awake) await callOnce(server)
const withActive = resident()
const children = await Promise.all(awake.map(({ bridge }) => residentBytes(bridge.health().pid ?? 0)))

await using sleepers = await openFleet(40, { idleMs: IDLE_MS })
const wakes: number[] = []
for (const server of sleepers.servers) {
  const began = performance.now()
  await callOnce(server)
  wakes.push(performance.now() - began)
}
wakes.sort((one, other) => one - other)
const at = (share: number): number => wakes[Math.min(wakes.length - 1, Math.floor(wakes.length * share))] ?? NaN
console.log(
  JSON.stringify({
    count,
    active,
    asleepMiBPerServer: (asleep - empty) / count / MiB,
    activeMiBPerServer: (withActive - asleep) / active / MiB,
    bridgeMiB: withActive / MiB,
    childMiB: children.reduce((sum, bytes) => sum + bytes, 0) / active / MiB,
    wakeP50Ms: at(0.5),
    wakeP99Ms: at(0.99),
  }),
)

function resident(): number {
  globalThis.gc?.()
  return process.memoryUsage().rss
}

async function callOnce({ port }: FleetServer): Promise<void> {
  const client = await modernRoad.open(port)
  await client.call('awake')
  client.close()
}
