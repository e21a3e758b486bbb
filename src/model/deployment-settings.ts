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
  const changed = names.filter((name) => textOf(before[name]) !== textOf(after[name]))
  return Object.fromEntries(changed.map((name) => [name, after[name] ?? null]))
}

/**
 * The settings that a version comes back with when a server goes back to it: its own, with all of the requests. What was
 * closed since stays closed: an API key that is over, and logins that were ended.
 * @param own  that it was last deployed with
 */
export function settingsOnReturn(own: DeploymentSettings, inForce: DeploymentSettings): DeploymentSettings {
  const { traffic: _share, ...settings } = own
  const key = larger(own['key'], inForce['key'])
  const generation = larger(generationOf(own), generationOf(inForce))
  return {
    ...settings,
    ...(key !== undefined && { key }),
    ...(isObject(own['login']) && { login: { ...own['login'], ...(generation !== undefined && { generation }) } }),
  }
}

function generationOf({ login }: DeploymentSettings): unknown {
  return isObject(login) ? login['generation'] : undefined
}

function larger(left: unknown, right: unknown): number | undefined {
  const numbers = [left, right].filter((each) => typeof each === 'number')
  return numbers.length > 0 ? Math.max(...numbers) : undefined
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The same for objects whose properties come in another order. */
function textOf(value: unknown): string | undefined {
  return JSON.stringify(value, (_name, inner: unknown) =>
    isObject(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([one], [other]) => one.localeCompare(other)))
      : inner,
  )
}
