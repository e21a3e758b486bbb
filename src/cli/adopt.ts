import path from 'node:path'
import { loadConfig } from '../config/load-config.ts'
import { askDaemon } from '../daemon/ask-daemon.ts'
import { ensureDaemon } from '../daemon/ensure-daemon.ts'
import type { AdoptedFolder } from '../pipeline/files/adopt-folder.ts'
import { readAnswer } from './read-answer.ts'
import { readProjectFolder } from './read-project-folder.ts'
import { agree, colourDifference, type Terminal } from './terminal.ts'

export interface AdoptOptions {
  readonly server: string
  readonly yes?: boolean
}

/**
 * Takes an edited project back: shows what was changed in its folder, and asks.
 * @returns the exit code: 1 when the person does not want it
 */
export async function adopt(
  given: string,
  { server, yes }: AdoptOptions,
  environment: NodeJS.ProcessEnv,
  terminal: Terminal,
): Promise<number> {
  const { refused, ...folder } = await readProjectFolder(path.resolve(given))
  const daemon = await ensureDaemon(loadConfig(environment), environment)
  const send = async (store: boolean) =>
    readAnswer<AdoptedFolder>(
      await askDaemon(daemon, `/control/servers/${encodeURIComponent(server)}/adopt`, {
        method: 'POST',
        body: JSON.stringify({ ...folder, store }),
        timeoutMs: 90_000,
      }),
    )
  const { changes, left_out: leftOut } = await send(false)
  for (const { difference } of changes) terminal.say(terminal.hasColours ? colourDifference(difference) : difference)
  for (const { file, reason } of [...leftOut, ...refused]) terminal.say(`Not taken: "${file}": ${reason}.`)
  if (changes.length === 0) {
    terminal.say(`Nothing in ${given} is to be taken.`)
    return 0
  }
  for (const { file, change, runs_in } of changes)
    terminal.say(
      `${file}: ${change}${runs_in === 'taken-away' ? ', has its effect where the project is taken away' : ''}`,
    )
  const many = changes.length === 1 ? 'this change' : `these ${changes.length} changes`
  if (!(await agree(terminal, `Take ${many} into "${server}"?`, yes))) return 1
  await send(true)
  terminal.say(`"${server}" has ${many}. Next: mcpwright deploy ${server}`)
  return 0
}
