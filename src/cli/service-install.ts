import { mkdir, readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { defaults } from '../config/defaults.ts'
import { type Machine, thisMachine } from '../config/machine.ts'
import { writePrivateFile } from '../config/private-file.ts'
import type { DaemonRecord } from '../daemon/daemon-file.ts'
import { daemonLog, findDaemon, stopDaemon } from '../daemon/ensure-daemon.ts'
import { MetaError } from '../errors/meta-error.ts'
import { runPlatformTool } from '../service/run-platform-tool.ts'
import type { ServiceFile, ServicePlatform } from '../service/service-platform.ts'
import { environmentOf, type ServicePlan } from '../service/service-plan.ts'
import { keepLaunch, launchOf } from './launch-command.ts'
import { advise, openServiceHost, removeFiles, type ServiceHost } from './service-host.ts'
import { agree, openTerminal, type Terminal } from './terminal.ts'

export interface ServiceOptions {
  /** `NAME`, with the value that it has here, or `NAME=value`. */
  readonly env?: readonly string[]
  readonly yes?: boolean
}

/**
 * Lets the platform start mcpwright at login and after a crash, so that deployed servers are back after a reboot.
 * @throws MetaError SERVICE_UNAVAILABLE when the platform's manager does not take it; its files are as before then
 */
export async function installService(
  { env = [], yes }: ServiceOptions,
  environment: NodeJS.ProcessEnv,
  terminal: Terminal = openTerminal(),
  machine: Machine = thisMachine(environment),
): Promise<void> {
  const host = openServiceHost(environment, terminal, machine)
  const { config, service } = host
  const plan = planService(env, host)
  const files = service.files(plan)
  const before = await readFiles(files)
  terminal.say(describePlan(plan, service))
  for (const line of unlistedSettings(plan, environment)) terminal.say(line)
  if (files.every(({ text }, index) => before[index]?.text === text)) terminal.say('Its definition is up to date.')
  if (!(await agree(terminal, 'Install the service?', yes))) return
  await keepLaunch(environment, terminal)
  // systemd opens the log before anything of ours runs.
  await mkdir(config.home, { recursive: true, mode: 0o700 })
  writeFiles(files)
  // It would keep the data from the service's own.
  await stopDaemon(config)
  try {
    await hand(host)
  } catch (error) {
    await removeFiles(host)
    writeFiles(before.filter((file) => file !== undefined))
    throw error
  }
  const daemon = await waitForDaemon(host)
  terminal.say(`mcpwright runs as a service of ${service.title} (pid ${daemon.pid}, port ${daemon.port}).`)
  await advise(host)
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

function describePlan(plan: ServicePlan, { title, file }: ServicePlatform): string {
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

function readFiles(files: readonly ServiceFile[]): Promise<(ServiceFile | undefined)[]> {
  return Promise.all(
    files.map(({ file, encoding }) =>
      readFile(file, encoding).then(
        (text) => ({ file, text, encoding }),
        () => undefined,
      ),
    ),
  )
}

function writeFiles(files: readonly ServiceFile[]): void {
  for (const { file, text, encoding } of files) writePrivateFile(file, text, encoding)
}

async function hand({ environment, service }: ServiceHost): Promise<void> {
  // There may be nothing to clear.
  for (const call of service.clear) await runPlatformTool(call, environment)
  for (const call of service.install) {
    const { code, output } = await runPlatformTool(call, environment)
    if (code === 0) continue
    throw new MetaError(
      'SERVICE_UNAVAILABLE',
      `${service.title} did not take the service: "${call.join(' ')}" said: ${output}`,
      'Without it, clients start mcpwright when they need it. Or let something else run "mcpwright daemon --stay".',
    )
  }
}

async function waitForDaemon({ config, service }: ServiceHost): Promise<DaemonRecord> {
  const deadline = Date.now() + defaults.daemon.startTimeoutMs
  while (Date.now() < deadline) {
    const daemon = await findDaemon(config)
    if (daemon) return daemon
    await sleep(50)
  }
  throw new MetaError(
    'DAEMON_UNAVAILABLE',
    `${service.title} took the service, but mcpwright did not come up within ${defaults.daemon.startTimeoutMs / 1000} s.`,
    `Look into "${daemonLog(config)}", and at: ${service.status.join(' ')}`,
  )
}
