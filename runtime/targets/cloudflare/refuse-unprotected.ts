import { MetaError } from '../../../src/errors/meta-error.ts'
import type { DeploymentRequest } from '../../../src/model/deployment-target.ts'
import type { ToolDefinition } from '../../../src/model/tool-definition.ts'
import type { CloudflareSettings } from './settings.ts'

/** What an open server would give to everybody. */
export interface Stakes {
  /** Secrets of the server, by name. */
  readonly secrets: readonly string[]
  /** By tool. */
  readonly effects: Readonly<Record<string, ToolDefinition['effect']>>
}

/**
 * Without protection everybody calls the server, and with `*` everybody with a login: refused while it holds a secret or
 * changes something, unless a person has agreed.
 * @throws MetaError TARGET_NOT_PROTECTED
 */
export function refuseUnprotected(
  { server }: Pick<DeploymentRequest, 'server'>,
  { protection, login }: Pick<CloudflareSettings, 'protection' | 'login'>,
  { secrets, effects }: Stakes,
  isApproved: boolean,
): void {
  const isOpenLogin = protection === 'login' && login?.allow.includes('*')
  if ((protection !== 'none' && !isOpenLogin) || isApproved) return
  const changing = Object.entries(effects).flatMap(([name, effect]) => (effect === 'read' ? [] : [name]))
  const reasons = [
    ...(secrets.length > 0 ? [`it holds ${some(secrets)}`] : []),
    ...(changing.length > 0 ? [`${some(changing)} change${changing.length === 1 ? 's' : ''} something`] : []),
  ]
  if (reasons.length === 0) return
  throw new MetaError(
    'TARGET_NOT_PROTECTED',
    `${isOpenLogin ? 'With "*" in login.allow everybody with a login' : 'With protection "none" everybody'} could call server "${server.name}", and ${reasons.join(', and ')}.`,
    'Deploy with settings {"protection": "api-key"}, or name in login.allow who may call; or a person agrees on the inbox page: `mcpwright inbox`.',
  )
}

const NAMED = 5

function some(names: readonly string[]): string {
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : ''
  return `${names
    .slice(0, NAMED)
    .map((name) => `"${name}"`)
    .join(', ')}${more}`
}
