import { existsSync } from 'node:fs'
import { loadConfig } from '../config/load-config.ts'
import { type Machine, thisMachine } from '../config/machine.ts'
import { findDaemon } from '../daemon/ensure-daemon.ts'
import { runPlatformTool } from '../service/run-platform-tool.ts'
import { advise, platformOn, openServiceHost, removeFiles } from './service-host.ts'
import { openTerminal, type Terminal } from './terminal.ts'

/** @returns whether there was one */
export async function removeService(
  environment: NodeJS.ProcessEnv,
  terminal: Terminal = openTerminal(),
  machine: Machine = thisMachine(environment),
): Promise<boolean> {
  const host = openServiceHost(environment, terminal, machine)
  if (!existsSync(host.service.file)) {
    terminal.say(`There is no service: "${host.service.file}" does not exist.`)
    return false
  }
  for (const call of host.service.remove) {
    const { code, output } = await runPlatformTool(call, environment)
    // The files go all the same: without them nothing starts again.
    if (code !== 0) terminal.say(`${call.join(' ')}: ${output}`)
  }
  await removeFiles(host)
  terminal.say('The service is removed.')
  return true
}

/** The same without a word where there is none, or no manager that we know. */
export async function removeInstalledService(
  environment: NodeJS.ProcessEnv,
  terminal: Terminal,
  machine: Machine,
): Promise<void> {
  const service = platformOn(machine, loadConfig(environment))
  if (service && existsSync(service.file)) await removeService(environment, terminal, machine)
}

/** Says whether there is a service, what its manager says, and what runs. Exit code 3: nothing runs. */
export async function showService(
  environment: NodeJS.ProcessEnv,
  terminal: Terminal = openTerminal(),
  machine: Machine = thisMachine(environment),
): Promise<number> {
  const host = openServiceHost(environment, terminal, machine)
  const { service, config } = host
  const isInstalled = existsSync(service.file)
  const daemon = await findDaemon(config)
  terminal.say(isInstalled ? `Service: ${service.file}` : 'Service: not installed (mcpwright service install)')
  if (isInstalled) {
    const { output } = await runPlatformTool(service.status, environment)
    terminal.say(`${service.title}: ${output.split('\n', 1)[0]}`)
    await advise(host)
  }
  terminal.say(
    daemon ? `Daemon: version ${daemon.version} runs (pid ${daemon.pid}, port ${daemon.port})` : 'Daemon: does not run',
  )
  return daemon ? 0 : 3
}
