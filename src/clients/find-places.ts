import { existsSync } from 'node:fs'
import { MetaError } from '../errors/meta-error.ts'
import { nearestName } from '../model/names.ts'
import type { Client } from './client.ts'
import { CLIENT_NAMES, type ClientName, CLIENTS } from './index.ts'
import type { Machine } from '../config/machine.ts'

/** One configuration file of a client on this machine. */
export interface FoundPlace {
  readonly name: ClientName
  readonly client: Client
  readonly file: string
}

/** @throws MetaError ARGUMENTS_INVALID naming what is no client */
export function readClientNames(words: readonly string[]): readonly ClientName[] {
  return words.map((word) => {
    const name = CLIENT_NAMES.find((known) => known === word)
    if (name) return name
    const near = nearestName(word, CLIENT_NAMES)
    throw new MetaError(
      'ARGUMENTS_INVALID',
      `"${word}" is no client that mcpwright knows. Clients: ${CLIENT_NAMES.join(', ')}.`,
      near ? `Did you mean "${near}"?` : 'Others take what get_install gives for client "json".',
    )
  })
}

/** The configuration files of the clients that are installed, whether or not there is such a file yet. */
export function findPlaces(
  machine: Machine,
  names: readonly ClientName[] = CLIENT_NAMES,
  exists: (file: string) => boolean = existsSync,
): FoundPlace[] {
  return names.flatMap((name) =>
    CLIENTS[name]
      .places(machine)
      .filter(({ file, signs }) => exists(file) || signs.some(exists))
      .map(({ file }) => ({ name, client: CLIENTS[name], file })),
  )
}

/** The files of clients that a person named, also where nothing shows that they are installed. */
export function namedPlaces(machine: Machine, names: readonly ClientName[]): FoundPlace[] {
  return names.flatMap((name) => {
    const found = findPlaces(machine, [name])
    const [first] = CLIENTS[name].places(machine)
    return found.length > 0 || !first ? found : [{ name, client: CLIENTS[name], file: first.file }]
  })
}
