import { isDeepStrictEqual } from 'node:util'
import type { Deployment } from './deployment.ts'

export type DeploymentSettings = Deployment['settings']

/** The settings that a deploy is to have: those before it, and those that are named now; null takes one away. */
export function withSettings(before: DeploymentSettings, given: Readonly<Record<string, unknown>>): DeploymentSettings {
  return Object.fromEntries(Object.entries({ ...before, ...given }).filter(([, value]) => value !== null))
}

/**
 * What has to be named in a deploy to get from some settings to others: its value, and null for what is taken away.
 * Empty: they are the same.
 */
export function settingsBetween(before: DeploymentSettings, after: DeploymentSettings): DeploymentSettings {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted()
  const changed = names.filter((name) => !isDeepStrictEqual(before[name], after[name]))
  return Object.fromEntries(changed.map((name) => [name, after[name] ?? null]))
}

/**
 * The settings of a deploy that goes back to an earlier version: what belongs to its code comes back with it. Who may
 * call the server, and where, stays as it is, since going back must not open what was closed; it has all of the requests.
 * @param own  that the version was last deployed with
 * @param versioned  names of those that belong to a version's code
 */
export function settingsOnReturn(
  own: DeploymentSettings,
  inForce: DeploymentSettings,
  versioned: readonly string[],
): DeploymentSettings {
  const staying = Object.entries(inForce).filter(([name]) => name !== 'traffic' && !versioned.includes(name))
  const returning = Object.entries(own).filter(([name]) => versioned.includes(name))
  return Object.fromEntries([...staying, ...returning])
}
