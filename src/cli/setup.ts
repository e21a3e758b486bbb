import { CLIENT_NAMES, CLIENTS } from '../clients/index.ts'
import type { FoundPlace } from '../clients/find-places.ts'
import { type Machine, thisMachine } from '../config/machine.ts'
import { putEntries, takeEntries } from './client-entries.ts'
import { keepLaunch, metaServerCommand } from './launch-command.ts'
import { openTerminal, type Terminal } from './terminal.ts'

export interface SetupOptions {
  readonly yes?: boolean
  readonly force?: boolean
  readonly remove?: boolean
}

/**
 * Adds mcpwright to the clients of this machine, or takes it away again.
 * @param words  names of clients; none: all that are installed
 * @returns the exit code: 1 when a file was left that should have been changed
 */
export async function setup(
  words: readonly string[],
  { yes, force, remove }: SetupOptions,
  environment: NodeJS.ProcessEnv,
  terminal: Terminal = openTerminal(),
  machine: Machine = thisMachine(environment),
): Promise<number> {
  const request = { words, yes, force, terminal, machine }
  const { changed, found, refused } = remove
    ? await takeEntries(({ starts }) => starts === 'mcpwright', request)
    : await putEntries(metaServerCommand(environment), request, () => keepLaunch(environment, terminal))
  if (found === 0) {
    const titles = CLIENT_NAMES.map((name) => CLIENTS[name].title).join(', ')
    terminal.say(`No client was found here. Known: ${titles}; name one to write its file all the same.`)
  }
  if (changed.length > 0) terminal.say(nextStep(changed, remove))
  return refused > 0 || (found === 0 && !remove) ? 1 : 0
}

function nextStep(changed: readonly FoundPlace[], remove: boolean | undefined): string {
  const titles = [...new Set(changed.map(({ client }) => client.title))].join(', ')
  return `\nNext: restart ${titles}${remove ? '.' : ', then say "make me a server for this API".'}`
}
