import { isDeepStrictEqual } from 'node:util'
import type { HttpCall } from '../../runtime/library/http-call.ts'
import type { ToolDefinition } from '../model/tool-definition.ts'
import { type Change, compareInputs, compareOutputs } from './refresh-compare-schema.ts'

/** What is different about a tool for those who call it; empty when nothing is. */
export function compareTools(before: ToolDefinition, after: ToolDefinition): readonly Change[] {
  const changes = [
    ...compareInputs(before.inputSchema, after.inputSchema),
    ...compareEffects(before, after),
    ...compareCalls(callOf(before), callOf(after)),
    ...compareAnswers(before, after),
    ...compareTexts(before, after),
  ]
  const isSame = isDeepStrictEqual(before, after)
  return changes.length > 0 || isSame
    ? changes
    : [{ what: 'details of its request or answer differ', isBreaking: false }]
}

function callOf({ handler }: ToolDefinition): HttpCall | undefined {
  return handler.kind === 'operation' ? handler.call : undefined
}

const SEVERITY = { read: 0, write: 1, delete: 2 } as const

/** What only read is called without being asked about; that must not become a write unnoticed. */
function compareEffects({ effect: old }: ToolDefinition, { effect: now }: ToolDefinition): readonly Change[] {
  if (old === now) return []
  return [{ what: `its effect is ${now}, was ${old}`, isBreaking: SEVERITY[now] > SEVERITY[old] }]
}

function compareCalls(before: HttpCall | undefined, after: HttpCall | undefined): readonly Change[] {
  if (!before || !after) return []
  const changes: Change[] = []
  const old = `${before.method} ${before.path}`
  const now = `${after.method} ${after.path}`
  if (old !== now) changes.push({ what: `it is sent as ${now}, was ${old}`, isBreaking: false })
  const oldHost = hostOf(before)
  const newHost = hostOf(after)
  // Secrets are bound to hosts: another host gets none until a person says so.
  if (oldHost !== newHost) changes.push({ what: `it goes to ${newHost}, was ${oldHost}`, isBreaking: true })
  else if (!isDeepStrictEqual(before.servers, after.servers)) {
    changes.push({ what: 'its server addresses differ', isBreaking: false })
  }
  changes.push(...compareSecurity(before.security, after.security))
  if (before.body?.mediaType !== after.body?.mediaType) {
    const what = `its body is ${after.body?.mediaType ?? 'absent'}, was ${before.body?.mediaType ?? 'absent'}`
    changes.push({ what, isBreaking: false })
  }
  return changes
}

function hostOf({ servers }: HttpCall): string {
  const url = servers[0]?.url ?? ''
  return URL.canParse(url) ? new URL(url).host : url || 'no known host'
}

/** Who could call it before can still do so when each old alternative holds all that some new one needs. */
function compareSecurity(before: HttpCall['security'], after: HttpCall['security']): readonly Change[] {
  if (isDeepStrictEqual(before, after)) return []
  const old = before.length > 0 ? before : [[]]
  const now = after.length > 0 ? after : [[]]
  const isBreaking = !old.every((had) => now.some((needed) => needed.every((name) => had.includes(name))))
  return [{ what: `its credentials are ${showSecurity(now)}, were ${showSecurity(old)}`, isBreaking }]
}

function showSecurity(alternatives: HttpCall['security']): string {
  return alternatives.map((names) => names.join(' and ') || 'none').join(', or ')
}

function compareAnswers(before: ToolDefinition, after: ToolDefinition): readonly Change[] {
  const old = callOf(before)?.accept ?? []
  const now = callOf(after)?.accept ?? []
  const changes: Change[] = []
  if (!isDeepStrictEqual(old, now) && old.length > 0 && now.length > 0) {
    const isBreaking = !now.some((type) => old.includes(type))
    changes.push({ what: `it answers ${now.join(', ')}, was ${old.join(', ')}`, isBreaking })
  }
  if (before.outputSchema && after.outputSchema) {
    changes.push(...compareOutputs(before.outputSchema, after.outputSchema))
  } else if (before.outputSchema) changes.push({ what: 'its answer is described no longer', isBreaking: false })
  else if (after.outputSchema) changes.push({ what: 'its answer is described now', isBreaking: false })
  return changes
}

function compareTexts(before: ToolDefinition, after: ToolDefinition): readonly Change[] {
  const names = (['title', 'description', 'group'] as const).filter((name) => before[name] !== after[name])
  return names.map((name) => ({ what: `its ${name} differs`, isBreaking: false }))
}
