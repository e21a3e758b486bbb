import { existsSync } from 'node:fs'
import { removeData, removePassing } from '../config/data-entries.ts'
import { type Config, loadConfig } from '../config/load-config.ts'
import { type Machine, thisMachine } from '../config/machine.ts'
import { askDaemon } from '../daemon/ask-daemon.ts'
import { isInUse } from '../daemon/daemon-file.ts'
import { ensureDaemon, stopDaemon } from '../daemon/ensure-daemon.ts'
import { markUninstalled } from '../daemon/uninstalled.ts'
import { MetaError } from '../errors/meta-error.ts'
import { toTerminal } from '../errors/render.ts'
import type { DeploymentElsewhere } from '../registry/deployments-elsewhere.ts'
import { takeEntries } from './client-entries.ts'
import { readAnswer } from './read-answer.ts'
import { removeInstalledService } from './service.ts'
import { openTerminal, type Terminal } from './terminal.ts'

export interface UninstallOptions {
  readonly keepData?: boolean
  readonly deleteData?: boolean
}

/**
 * Takes mcpwright off this machine: service, daemon and servers, clients' entries, and its data if that is wished.
 * What was deployed elsewhere lives on, and is told.
 * @returns the exit code: 1 when something of ours stayed
 * @throws MetaError CONFIRMATION_NEEDED when nobody says what becomes of the data; nothing is done then
 */
export async function uninstall(
  options: UninstallOptions,
  environment: NodeJS.ProcessEnv,
  terminal: Terminal = openTerminal(),
  machine: Machine = thisMachine(environment),
): Promise<number> {
  const config = loadConfig(environment)
  await tellElsewhere(config, environment, terminal)
  const data = await chooseData(options, config, terminal)
  if (data === undefined) return 1
  // Doors that lose their daemon would start another at once.
  if (existsSync(config.home)) await markUninstalled(config.home)
  await removeInstalledService(environment, terminal, machine)
  const stopped = await stopDaemon(config)
  terminal.say(stopped ? 'mcpwright and its servers have ended.' : 'mcpwright did not run.')
  const { refused } = await takeEntries(() => true, { words: [], yes: true, terminal, machine })
  const directories = { ...config, isChosen: Boolean(environment['MCPWRIGHT_HOME']), personHome: machine.home }
  await removePassing(directories)
  const left = data === 'delete' ? await removeData(directories) : []
  terminal.say(describeData(config, data, left))
  terminal.say('The program itself goes as it came: npm uninstall --global mcpwright, or the folder of the checkout.')
  return refused > 0 ? 1 : 0
}

async function chooseData(
  { keepData, deleteData }: UninstallOptions,
  config: Config,
  terminal: Terminal,
): Promise<'keep' | 'delete' | undefined> {
  if (keepData && deleteData)
    throw new MetaError('ARGUMENTS_INVALID', 'Both --keep-data and --delete-data were given.', 'Give one of them.')
  if (keepData) return 'keep'
  if (deleteData) return 'delete'
  if (!terminal.asks) {
    throw new MetaError(
      'CONFIRMATION_NEEDED',
      'Nothing was changed: nobody says what becomes of the data.',
      'Add --keep-data or --delete-data.',
    )
  }
  const choice = await terminal.choose(`Servers, secrets and history are in ${config.home}.`, [
    { value: 'keep', label: 'Uninstall, and keep the data for a later installation' },
    { value: 'delete', label: 'Uninstall, and delete the data for good' },
    { value: 'stop', label: 'Change nothing' },
  ])
  return choice === 'stop' ? undefined : choice
}

/** Only a running daemon can read its database: it is started for this. Not known is not none. */
async function tellElsewhere(config: Config, environment: NodeJS.ProcessEnv, terminal: Terminal): Promise<void> {
  if (!isInUse(config.home)) return
  try {
    const daemon = await ensureDaemon(config, environment)
    const answer = await askDaemon(daemon, '/control/elsewhere', { timeoutMs: 20_000 })
    const { deployments } = readAnswer<{ deployments: readonly DeploymentElsewhere[] }>(answer)
    if (deployments.length === 0) return
    terminal.say('These live elsewhere and go on; delete_server takes one away while mcpwright is here:')
    for (const { server, target, url } of deployments) terminal.say(`  ${server} on ${target}${url ? `, ${url}` : ''}`)
  } catch (error) {
    terminal.say(`Whether servers live elsewhere could not be found out. ${toTerminal(error)}`)
  }
}

function describeData({ home, databaseUrl }: Config, data: 'keep' | 'delete', left: readonly string[]): string {
  const ofDatabase = databaseUrl ? ' The PostgreSQL database of DATABASE_URL is as it was.' : ''
  if (data === 'keep') return `The data stay in ${home}.${ofDatabase}`
  const others = left.length > 0 ? ` What is not mcpwright's stays there: ${left.join(', ')}.` : ''
  return `The data in ${home} are deleted.${others}${ofDatabase}`
}
