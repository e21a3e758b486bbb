import type { Road, RoadClient } from './roads.ts'
import { cpuMs } from './process-cpu.ts'

export interface CallFigures {
  readonly callsPerSecond: number
  readonly p50Ms: number
  /** Of the server and all its children. */
  readonly cpuMsPerCall: number
}

/** Lets `clients` call for `durationMs`, each as soon as it has its answer. */
export async function measureCalls(
  clients: readonly RoadClient[],
  pid: number,
  durationMs: number,
): Promise<CallFigures> {
  const latencies: number[] = []
  const cpuBefore = cpuMs(pid)
  const began = performance.now()
  const until = began + durationMs
  await Promise.all(clients.map((client, index) => callUntil(client, index, until, latencies)))
  const tookMs = performance.now() - began
  const calls = latencies.length
  return {
    callsPerSecond: (calls / tookMs) * 1_000,
    p50Ms: latencies.toSorted((one, other) => one - other)[Math.floor(calls / 2)] ?? NaN,
    cpuMsPerCall: (cpuMs(pid) - cpuBefore) / calls,
  }
}

export async function openClients(road: Road, port: number, count: number): Promise<RoadClient[]> {
  return await Promise.all(Array.from({ length: count }, () => road.open(port)))
}

async function callUntil(client: RoadClient, index: number, until: number, latencies: number[]): Promise<void> {
  for (let count = 0; performance.now() < until; count++) {
    const before = performance.now()
    await client.call(`text ${index} ${count}`)
    latencies.push(performance.now() - before)
  }
}
