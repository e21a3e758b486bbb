import { expect, it } from 'vitest'
import type { TelemetryEvent } from '../../../../runtime/targets/cloudflare/api/telemetry.ts'
import type { OpenAccount } from '../../../../runtime/targets/cloudflare/open-account.ts'
import { readLogs } from '../../../../runtime/targets/cloudflare/read-logs.ts'
import { traceLines } from '../../../../runtime/targets/cloudflare/tail/trace-lines.ts'

const now = new Date('2026-05-04T12:00:00Z')
const at = now.getTime() - 5_000
const request = { method: 'POST', url: 'https://desk.acme.workers.dev/mcp?key=hidden' }
const run = { event: { request: { ...request, path: '/mcp' }, response: { status: 202 } }, wallTimeMs: 12.4 }
const kept: readonly TelemetryEvent[] = [
  {
    timestamp: at,
    $metadata: { id: '1', type: 'cf-worker-event', message: request.url, level: 'info' },
    $workers: run,
  },
  { timestamp: at + 1, $metadata: { id: '2', type: 'cf-worker', message: 'said', level: 'log' }, $workers: run },
]
const heard = (more: object) =>
  traceLines(JSON.stringify({ eventTimestamp: at, event: { request, response: { status: 202 } }, ...more }))

async function read(live: ReturnType<typeof heard>): Promise<readonly string[]> {
  const worker = { accountId: 'a', name: 'desk' }
  // Of an account nothing else is asked.
  const account = { worker, api: { send: async () => ({ events: { events: kept } }) } } as unknown as OpenAccount
  const { lines } = await readLogs(account, { limit: 50 }, live, now, new AbortController().signal)
  return lines.map(({ message }) => message)
}

it('tells a request with its path, its status and the time it took, and its lines as they are', async () => {
  expect(await read([])).toEqual(['POST /mcp 202 (12 ms)', 'said'])
})

it('tells a request once that the live tail has told too, however much of its answer that knows', async () => {
  for (const more of [{ wallTime: 12 }, { wallTime: 13 }, {}, { event: { request } }]) {
    expect(await read(heard(more))).toEqual(['POST /mcp 202 (12 ms)', 'said'])
  }
  const later = heard({ eventTimestamp: at + 9 })
  expect(await read(later)).toEqual(['POST /mcp 202 (12 ms)', 'said', 'POST /mcp 202'])
})
