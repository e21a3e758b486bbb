import { rm } from 'node:fs/promises'
import { userInfo } from 'node:os'
import path from 'node:path'
import { removeEmptyFolders } from '../config/empty-folders.ts'
import { type Config, loadConfig } from '../config/load-config.ts'
import type { Machine } from '../config/machine.ts'
import { MetaError } from '../errors/meta-error.ts'
import { runPlatformTool } from '../service/run-platform-tool.ts'
import { type ServicePlatform, servicePlatformOf } from '../service/service-platform.ts'
import type { Terminal } from './terminal.ts'

/** What a command of the service works with. */
export interface ServiceHost {
  readonly config: Config
  readonly environment: NodeJS.ProcessEnv
  readonly terminal: Terminal
  readonly machine: Machine
  readonly service: ServicePlatform
}

/** @throws MetaError SERVICE_UNAVAILABLE on a platform without a manager that we know */
export function openServiceHost(environment: NodeJS.ProcessEnv, terminal: Terminal, machine: Machine): ServiceHost {
  const config = loadConfig(environment)
  const service = platformOn(machine, config)
  if (service) return { config, environment, terminal, machine, service }
  throw new MetaError(
    'SERVICE_UNAVAILABLE',
    `mcpwright knows no service manager of "${machine.platform}".`,
    'Let yours run "mcpwright daemon --stay" at start.',
  )
}

export function platformOn(machine: Machine, { home }: Config): ServicePlatform | undefined {
  const { username, uid } = userInfo()
  return servicePlatformOf(machine, { name: username, uid: Math.max(uid, 0) }, home)
}

export async function removeFiles({ service, machine }: ServiceHost): Promise<void> {
  for (const file of service.written) {
    await rm(file, { force: true })
    await removeEmptyFolders(path.dirname(file), machine.home)
  }
}

/** Says when it is not there from boot on. */
export async function advise({ service: { advice }, environment, terminal }: ServiceHost): Promise<void> {
  if (advice && (await runPlatformTool(advice.ask, environment)).output !== advice.unless) terminal.say(advice.say)
}
