import { setTimeout as sleep } from 'node:timers/promises'
import { readDaemonRecord } from '../../src/daemon/daemon-file.ts'
import { httpPost, type LoadConnection, openConnection } from '../bridge/http-load.ts'
import type { Figure } from '../figure.ts'
import { type AnswerCall, answerCalls } from './answer-calls.ts'

const CLIENTS = 20
const VERSION = '2026-07-28'

export interface AnswerRun {
  readonly runs: number
  /** Of each client, in each run. */
  readonly calls: number
  /** How long a client waits between its calls; 0 for as fast as answers come. */
  readonly pauseMs: number
}

/**
 * Milliseconds until an answer is whole, at 20 clients of protocol 2026-07-28 over HTTP, each with a connection of its
 * own. The first run warms up.
 */
export async function measureAnswers(folder: string, { runs, calls, pauseMs }: AnswerRun): Promise<Figure[]> {
  const { port, token } = readDaemonRecord(folder) ?? { port: 0, token: '' }
  const connections = await Promise.all(Array.from({ length: CLIENTS }, () => openConnection(port)))
  try {
    const figures: Figure[] = []
    for (const asked of answerCalls) {
      console.error(`${asked.what} …`)
      const request = toRequest(asked, port, token)
      const measured: number[][] = []
      for (let run = 0; run <= runs; run++) {
        const each = connections.map((connection, at) => callRepeatedly(connection, request, calls, pauseMs, at))
        measured.push((await Promise.all(each)).flat().toSorted((left, right) => left - right))
      }
      const [, ...counted] = measured
      const at = (share: number) => counted.map((values) => values[Math.floor(values.length * share)] ?? NaN)
      figures.push(
        { what: `${asked.what}, p50`, unit: 'ms', limit: 15, values: at(0.5) },
        { what: `${asked.what}, p99`, unit: 'ms', limit: 100, values: at(0.99) },
      )
    }
    return figures
  } finally {
    for (const connection of connections) connection.close()
  }
}

async function callRepeatedly(
  connection: LoadConnection,
  request: Buffer,
  calls: number,
  pauseMs: number,
  client: number,
): Promise<number[]> {
  const took: number[] = []
  // Clients do not step in time.
  if (pauseMs > 0) await sleep((pauseMs * client) / CLIENTS)
  for (let call = 0; call < calls; call++) {
    const started = performance.now()
    await connection.send(request)
    const ms = performance.now() - started
    took.push(ms)
    if (pauseMs > ms) await sleep(pauseMs - ms)
  }
  return took
}

function toRequest({ tool, arguments: given }: AnswerCall, port: number, token: string): Buffer {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': VERSION,
    'io.modelcontextprotocol/clientCapabilities': {},
    'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1.0.0' },
  }
  const body = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: tool, arguments: given, _meta } }
  return httpPost(port, body, {
    authorization: `Bearer ${token}`,
    'mcp-protocol-version': VERSION,
    'mcp-method': 'tools/call',
    'mcp-name': tool,
  })
}
