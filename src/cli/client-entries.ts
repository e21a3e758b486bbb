import type { StartCommand } from '../clients/client.ts'
import { findPlaces, type FoundPlace, namedPlaces, readClientNames } from '../clients/find-places.ts'
import type { Machine } from '../config/machine.ts'
import type { OwnEntry } from '../clients/own-entry.ts'
import { planPut, planTake } from '../clients/plan-entry.ts'
import { type ClientsOutcome, changeClients } from './change-clients.ts'
import type { Terminal } from './terminal.ts'

/** Which clients, and what was said on the command line. */
export interface EntryRequest {
  /** Names of clients; none: all that are installed. */
  readonly words: readonly string[]
  readonly yes?: boolean | undefined
  /** Write over an entry of that name which is somebody else's. */
  readonly force?: boolean | undefined
  readonly terminal: Terminal
  readonly machine: Machine
}

/** @param prepare  makes what the entry points to, once it is agreed */
export async function putEntries(
  start: StartCommand,
  request: EntryRequest,
  prepare: () => Promise<void>,
): Promise<ClientsOutcome> {
  return changeClients(
    placesOf(request),
    ({ client }, text) => planPut(client, text, start.name, client.entry(start), request.force),
    { ...request, prepare },
  )
}

export async function takeEntries(isMeant: (own: OwnEntry) => boolean, request: EntryRequest): Promise<ClientsOutcome> {
  return changeClients(
    placesOf(request),
    ({ client }, text, original) => planTake(client, text, original, isMeant),
    request,
  )
}

function placesOf({ words, machine }: EntryRequest): readonly FoundPlace[] {
  const names = readClientNames(words)
  return names.length > 0 ? namedPlaces(machine, names) : findPlaces(machine)
}
