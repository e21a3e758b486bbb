import { median } from '../figure.ts'
import { openClients } from './calls.ts'
import type { Contestant } from './contestants.ts'
import { withDescendants } from './process-cpu.ts'
import type { Road } from './roads.ts'

export interface StartRow {
  readonly contestant: string
  /** From the start of the process to the answer of the first call; the median of the rounds. */
  readonly firstAnswerMs: number
  /** So many clients at once: from their opening to the answers to a call of each. */
  readonly crowdMs: number
  /** Processes of the server when all clients are there. */
  readonly processes: number
}

const ROUNDS = 3

/** @param crowd  clients at once */
export async function measureStart(contestant: Contestant, road: Road, crowd: number): Promise<StartRow> {
  const firsts: number[] = []
  const crowds: number[] = []
  let processes = 0
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now()
    await using server = await contestant.start()
    const [first] = await openClients(road, server.port, 1)
    await first?.call('first')
    firsts.push(performance.now() - began)
    const gathering = performance.now()
    const clients = await openClients(road, server.port, crowd)
    await Promise.all(clients.map((client) => client.call('crowd')))
    crowds.push(performance.now() - gathering)
    processes = withDescendants(server.pid).length
    for (const client of [...clients, ...(first ? [first] : [])]) client.close()
  }
  return { contestant: contestant.name, firstAnswerMs: median(firsts), crowdMs: median(crowds), processes }
}
