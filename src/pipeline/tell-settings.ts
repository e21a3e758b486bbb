import { MetaError } from '../errors/meta-error.ts'
import type { Deployment } from '../model/deployment.ts'
import { type DeploymentSettings, settingsBetween } from '../model/deployment-settings.ts'
import type { Server } from '../model/server.ts'

/**
 * The settings of a deploy that failed are not kept: whoever deployed is told which, and the call to repeat names them.
 * @param wanted  that the deploy was to have
 * @returns what to throw: the failure itself where no other settings were wanted
 */
export function tellSettings(
  error: unknown,
  { target, settings: inForce }: Pick<Deployment, 'target' | 'settings'>,
  wanted: DeploymentSettings,
  { name: server }: Pick<Server, 'name'>,
): unknown {
  const settings = settingsBetween(inForce, wanted)
  const names = Object.keys(settings)
  if (!(error instanceof MetaError) || names.length === 0) return error
  const { code, message, fix, next = { tool: 'deploy', arguments: { server, target, settings } } } = error
  return new MetaError(code, `${message} ${sayNotKept(names)}`, fix, { cause: error, next })
}

function sayNotKept(names: readonly string[]): string {
  const listed = names.map((name) => `"${name}"`).join(', ')
  return names.length === 1
    ? `The setting ${listed} is not in force: name it again.`
    : `The settings ${listed} are not in force: name them again.`
}
