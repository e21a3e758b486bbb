import { rm } from 'node:fs/promises'
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff'
import {
  backUp,
  findBackups,
  findOriginal,
  type Original,
  readConfiguration,
  writeConfiguration,
} from '../clients/configuration-file.ts'
import type { FoundPlace } from '../clients/find-places.ts'
import { type EntryPlan, isFreeOfUs } from '../clients/plan-entry.ts'
import { toTerminal } from '../errors/render.ts'
import { maskKeys } from '../secrets/key-patterns.ts'
import { agree, colourDifference, type Terminal } from './terminal.ts'

export type PlanPlace = (place: FoundPlace, text: string | undefined, original: Original) => EntryPlan

export interface ClientsOutcome {
  /** How many files were looked at. */
  readonly found: number
  readonly changed: readonly FoundPlace[]
  /** What could not be done, each in a sentence that was shown. */
  readonly refused: number
}

export interface ChangeOptions {
  readonly terminal: Terminal
  /** The answer to the question, where nobody is to be asked. */
  readonly yes?: boolean | undefined
  /** Runs once, after the question and before the first file. */
  readonly prepare?: () => Promise<void>
  readonly now?: Date
}

interface PlannedPlace {
  readonly place: FoundPlace
  readonly plan: EntryPlan
}

/**
 * Shows what would become of each configuration file, asks once, and writes. A file that cannot be read, or holds
 * what is not ours, is told and left; the others are done.
 * @throws MetaError CONFIRMATION_NEEDED when there is something to do and nobody to ask
 */
export async function changeClients(
  places: readonly FoundPlace[],
  planPlace: PlanPlace,
  { terminal, yes, prepare, now = new Date() }: ChangeOptions,
): Promise<ClientsOutcome> {
  const planned: PlannedPlace[] = []
  let refused = 0
  for (const place of places) {
    try {
      const plan = planPlace(place, await readConfiguration(place.file), await findOriginal(place.file))
      terminal.say(describe(place, plan, terminal))
      planned.push({ place, plan })
      if (plan.state === 'foreign' || plan.state === 'broken') refused++
    } catch (error) {
      terminal.say(`${place.client.title}: ${toTerminal(error)}`)
      refused++
    }
  }
  const todo = planned.filter(({ plan }) => plan.state === 'change')
  if (todo.length === 0) return { found: places.length, changed: [], refused }
  const question = `Write ${todo.length === 1 ? 'this file' : `these ${todo.length} files`}?`
  if (!(await agree(terminal, question, yes))) return { found: places.length, changed: [], refused }
  await prepare?.()
  for (const { place, plan } of todo) await write(place, plan, terminal, now)
  return { found: places.length, changed: todo.map(({ place }) => place), refused }
}

async function write({ client, file }: FoundPlace, plan: EntryPlan, terminal: Terminal, now: Date): Promise<void> {
  if (plan.state !== 'change') return
  const { before, after } = plan
  const leaves = isFreeOfUs(client, after)
  const backup = leaves ? undefined : await backUp(file, before, now)
  await writeConfiguration(file, before, after)
  // With the last entry of ours go our copies: they hold what was the person's alone.
  if (leaves) for (const copy of await findBackups(file)) await rm(copy)
  const done = after === undefined ? 'removed, as there was none before' : 'written'
  terminal.say(`${client.title}: ${done}${backup && before !== undefined ? `; what it was is in ${backup}` : ''}`)
}

function describe({ client, file }: FoundPlace, plan: EntryPlan, terminal: Terminal): string {
  switch (plan.state) {
    case 'up-to-date':
      return `${client.title}: up to date (${file})`
    case 'absent':
      return `${client.title}: nothing of ours is in ${file}`
    case 'foreign':
      return `${client.title}: an entry of that name in ${file} starts "${plan.starts}". It was left; --force writes over it.`
    case 'broken':
      return `${client.title}: ${file}:${plan.line}:${plan.column}: ${plan.what}. It was left; mend it and run this again.`
    case 'change': {
      const { before, after } = plan
      const names = [before === undefined ? '/dev/null' : file, after === undefined ? '/dev/null' : file] as const
      const options = { context: 2, headerOptions: FILE_HEADERS_ONLY }
      const difference = createTwoFilesPatch(...names, before ?? '', after ?? '', '', '', options)
      // Neighbouring lines may hold the keys of other servers.
      const shown = maskKeys(difference.trimEnd()).replaceAll(/^(.{300}).+$/gm, '$1 …')
      return `${client.title}:\n${terminal.hasColours ? colourDifference(shown) : shown}`
    }
  }
}
