import type { ToolDefinition } from '../../../src/model/tool-definition.ts'
import { nearestName } from '../../library/nearest-name.ts'
import { searchTools } from '../../library/server/search-exposure.ts'
import type { CloudflareSettings } from './settings.ts'

/**
 * Names in `scopes` that no tool has: nothing is protected by them. No refusal, since a version to go back to may lack
 * tools of today.
 * @param effects  by tool
 */
export function noteUnknownScopes(
  { scopes = {} }: Pick<CloudflareSettings, 'scopes'>,
  effects: Readonly<Record<string, ToolDefinition['effect']>>,
): readonly string[] {
  const tools = Object.keys(effects)
  const known = new Set(['*', ...tools, ...searchTools.map(({ name }) => name)])
  return Object.keys(scopes).flatMap((name) => {
    if (known.has(name)) return []
    const near = nearestName(name, tools)
    return [
      `The setting scopes names "${name}", which is no tool of this version, so it protects nothing${near ? ` (did you mean "${near}"?)` : ''}.`,
    ]
  })
}
