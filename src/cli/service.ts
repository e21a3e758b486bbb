import { existsSync } from 'node:fs'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { userInfo } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { defaults } from '../config/defaults.ts'
import { removeEmptyFolders } from '../config/empty-folders.ts'
import { type Config, loadConfig } from '../config/load-config.ts'
import { type Machine, thisMachine } from '../config/machine.ts'
import { writePrivateFile } from '../config/private-file.ts'
import type { DaemonRecord } from '../daemon/daemon-file.ts'
import { daemonLog, findDaemon, stopDaemon } from '../daemon/ensure-daemon.ts'
import { MetaError } from '../errors/meta-error.ts'
import { type ToolAnswer, runTool } from '../service/run-tool.ts'
import { type ServiceFile, type ServiceManager, serviceManagerOf, type ToolCall } from '../service/service-manager.ts'
import { environmentOf, type ServicePlan } from '../service/service-plan.ts'
import { keepLaunch, launchOf } from './launch-command.ts'
import { agree, openTerminal, type Terminal } from './terminal.ts'

export interface ServiceOptions {
  /** `NAME`, with the value that it has here, or `NAME=value`. */
  readonly env?: readonly string[]
  readonly yes?: boolean
}

/** What a command of the service works with. */
interface ServiceHost {
  readonly config: Config
  readonly environment: NodeJS.ProcessEnv
  readonly terminal: Terminal
  readonly manager: ServiceManager
}

/**
 * Lets the platform start mcpwright at login and after a crash, so that deployed servers are back after a reboot.
 * @throws MetaError SERVICE_UNAVAILABLE when the platform's manager does not answer; its files are taken away again
 */
export async function installService(
  { env = [], yes }: ServiceOptions,
  environment: NodeJS.ProcessEnv,
  terminal: Terminal = openTerminal(),
  machine: Machine = thisMachine(environment),
): Promise<void> {
  const host = openHost(environment, terminal, machine)
  const { config, manager } = host
  const plan = planService(env, host)
  const files = manager.files(plan)
  terminal.say(describePlan(plan, manager))
  for (const line of unlistedSettings(plan, environment)) terminal.say(line)
  if (await areWritten(files)) terminal.say('Its definition is up to date.')
  if (!(await agree(terminal, 'Install the service?', yes))) return
  await keepLaunch(environment, terminal)
  // systemd opens the log before anything of ours runs.
  await mkdir(config.home, { recursive: true, mode: 0o700 })
  for (const { file, text, encoding } of files) writePrivateFile(file, text, encoding)
  // It would keep the data from the service's own.
  await stopDaemon(config)
  await runAll(manager.install, host).catch(async (error: unknown) => {
    await removeFiles(manager, machine)
    throw error
  })
  const daemon = await waitForDaemon(host)
  terminal.say(`mcpwright runs as a service of ${manager.title} (pid ${daemon.pid}, port ${daemon.port}).`)
  await advise(host)
}

/** @returns whether there was one */
export async function removeService(
  environment: NodeJS.ProcessEnv,
  terminal: Terminal = openTerminal(),
  machine: Machine = thisMachine(environment),
): Promise<boolean> {
  const host = openHost(environment, terminal, machine)
  if (!existsSync(host.manager.file)) {
    terminal.say(`There is no service: "${host.manager.file}" does not exist.`)
    return false
  }
  for (const call of host.manager.remove) {
    const { code, output } = await runTool(call, environment)
    // The files go all the same: without them nothing starts again.
    if (code !== 0) terminal.say(`${call.join(' ')}: ${output}`)
  }
  await removeFiles(host.manager, machine)
  terminal.say('The service is removed.')
  return true
}

/** The same without a word where there is none, or no manager that we know. */
export async function removeInstalledService(
  environment: NodeJS.ProcessEnv,
  terminal: Terminal,
  machine: Machine,
): Promise<void> {
  const manager = managerOn(machine, loadConfig(environment))
  if (manager && existsSync(manager.file)) await removeService(environment, terminal, machine)
}

/** Says whether there is a service, what its manager says, and what runs. Exit code 3: nothing runs. */
export async function showService(
  environment: NodeJS.ProcessEnv,
  terminal: Terminal = openTerminal(),
  machine: Machine = thisMachine(environment),
): Promise<number> {
  const host = openHost(environment, terminal, machine)
  const { manager, config } = host
  const isInstalled = existsSync(manager.file)
  const daemon = await findDaemon(config)
  terminal.say(isInstalled ? `Service: ${manager.file}` : 'Service: not installed (mcpwright service install)')
  if (isInstalled) {
    const { output } = await runTool(manager.status, environment)
    terminal.say(`${manager.title}: ${output.split('\n', 1)[0]}`)
    await advise(host)
  }
  terminal.say(
    daemon ? `Daemon: version ${daemon.version} runs (pid ${daemon.pid}, port ${daemon.port})` : 'Daemon: does not run',
  )
  return daemon ? 0 : 3
}

function openHost(environment: NodeJS.ProcessEnv, terminal: Terminal, machine: Machine): ServiceHost {
  const config = loadConfig(environment)
  const manager = managerOn(machine, config)
  if (manager) return { config, environment, terminal, manager }
  throw new MetaError(
    'SERVICE_UNAVAILABLE',
    `mcpwright knows no service manager of "${machine.platform}".`,
    'Let yours run "mcpwright daemon --stay" at start.',
  )
}

function managerOn(machine: Machine, { home }: Config): ServiceManager | undefined {
  const { username, uid } = userInfo()
  return serviceManagerOf(machine, { name: username, uid: Math.max(uid, 0) }, home)
}

function planService(listed: readonly string[], { config, environment }: ServiceHost): ServicePlan {
  const pairs = listed.map((word) => {
    const [name = '', ...rest] = word.split('=')
    const value = rest.length > 0 ? rest.join('=') : environment[name]
    if (value !== undefined && /^[A-Za-z_]\w*$/.test(name)) return [name, value] as const
    throw new MetaError('ARGUMENTS_INVALID', `--env ${name} has no value here.`, 'Set it, or give --env NAME=value.')
  })
  return {
    ...launchOf(environment),
    home: config.home,
    log: daemonLog(config),
    environment: Object.fromEntries(pairs),
  }
}

function describePlan(plan: ServicePlan, { title, file }: ServiceManager): string {
  return [
    `A service of ${title}, in ${file}:`,
    `  runs   ${plan.node} ${plan.launcher}`,
    `  with   ${Object.keys(environmentOf(plan)).join(', ')}`,
    `  log    ${plan.log}`,
  ].join('\n')
}

/** What decides here which data and servers are meant, and would be missing there. */
function unlistedSettings(plan: ServicePlan, environment: NodeJS.ProcessEnv): string[] {
  return Object.keys(environment)
    .filter((name) => name === 'DATABASE_URL' || (name.startsWith('MCPWRIGHT_') && name !== 'MCPWRIGHT_RELAUNCHED'))
    .filter((name) => !(name in environmentOf(plan)))
    .map((name) => `${name} is set here, and the service will not have it: --env ${name} lists it.`)
}

async function areWritten(files: readonly ServiceFile[]): Promise<boolean> {
  const texts = await Promise.all(files.map(({ file, encoding }) => readFile(file, encoding).catch(() => undefined)))
  return files.every(({ text }, index) => texts[index] === text)
}

async function removeFiles({ written }: ServiceManager, { home }: Machine): Promise<void> {
  for (const file of written) {
    await rm(file, { force: true })
    await removeEmptyFolders(path.dirname(file), home)
  }
}

async function runAll(calls: readonly ToolCall[], { environment, manager }: ServiceHost): Promise<void> {
  for (const call of calls) {
    const answer: ToolAnswer = await runTool(call, environment)
    if (answer.code === 0) continue
    throw new MetaError(
      'SERVICE_UNAVAILABLE',
      `${manager.title} did not take the service: "${call.join(' ')}" said: ${answer.output}`,
      'Without it, clients start mcpwright when they need it. Or let something else run "mcpwright daemon --stay".',
    )
  }
}

async function waitForDaemon({ config, manager }: ServiceHost): Promise<DaemonRecord> {
  const deadline = Date.now() + defaults.daemon.startTimeoutMs
  while (Date.now() < deadline) {
    const daemon = await findDaemon(config)
    if (daemon) return daemon
    await sleep(50)
  }
  throw new MetaError(
    'DAEMON_UNAVAILABLE',
    `${manager.title} took the service, but mcpwright did not come up within ${defaults.daemon.startTimeoutMs / 1000} s.`,
    `Look into "${daemonLog(config)}", and at: ${manager.status.join(' ')}`,
  )
}

async function advise({ manager: { advice }, environment, terminal }: ServiceHost): Promise<void> {
  if (advice && (await runTool(advice.ask, environment)).output !== advice.unless) terminal.say(advice.say)
}
