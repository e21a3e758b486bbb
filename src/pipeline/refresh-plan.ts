import { isDeepStrictEqual } from 'node:util'
import type { ApiOperation } from '../model/api-importer.ts'
import type { ToolDefinition } from '../model/tool-definition.ts'
import { toTool } from './import-tool.ts'
import { compareTools } from './refresh-compare-tool.ts'
import type { Change } from './refresh-compare-schema.ts'
import { isHandMade, mergeEdits } from './refresh-merge-edits.ts'
import { type OperationSelection, selectOperations } from './select-operations.ts'

export interface RefreshInput {
  /** The tools as the last import gave them, those that are gone since included. */
  readonly imported: readonly ToolDefinition[]
  /** All tools of the server. */
  readonly current: readonly ToolDefinition[]
  readonly operations: readonly ApiOperation[]
  /** Which new operations are wanted. */
  readonly select?: OperationSelection
}

/** What a new reading of a description means for a server. */
export interface RefreshPlan {
  /** Tools whose operation the description has no longer. */
  readonly removed: readonly string[]
  readonly changed: readonly ChangedTool[]
  /** What people have made of imported tools, which stays. */
  readonly kept: readonly { readonly tool: string; readonly what: string }[]
  readonly unchanged: number
  /** New operations that `select` chose. */
  readonly added: readonly ApiOperation[]
  /** New operations that nobody chose. */
  readonly offered: readonly ApiOperation[]
  /** The tools as this reading gives them, under the names they have. */
  readonly imports: readonly ToolDefinition[]
  readonly isBreaking: boolean
}

export interface ChangedTool {
  readonly tool: ToolDefinition
  readonly changes: readonly Change[]
}

/** Compares a server's imported tools with the operations of today. Pure: it changes nothing. */
export function planRefresh({ imported, current, operations, select }: RefreshInput): RefreshPlan {
  const matches = matchOperations(imported, operations)
  const tools = new Map(current.map((tool) => [tool.name, tool]))
  const removed: string[] = []
  const changed: ChangedTool[] = []
  const kept: { tool: string; what: string }[] = []
  const imports: ToolDefinition[] = []
  const dismissed: ApiOperation[] = []
  let unchanged = 0
  for (const base of imported) {
    const operation = matches.get(base)
    const tool = tools.get(base.name)
    const next = operation && asStored({ ...toTool(operation), name: base.name })
    if (next) imports.push(next)
    if (tool === undefined) {
      if (operation) dismissed.push(operation)
      if (operation && !isNamed(operation, select)) kept.push({ tool: base.name, what: 'removed' })
    } else if (isHandMade(tool)) kept.push({ tool: tool.name, what: 'replaced' })
    else if (!next) removed.push(tool.name)
    else {
      const merged = mergeEdits(base, tool, next)
      kept.push(...merged.kept.map((what) => ({ tool: tool.name, what })))
      if (isDeepStrictEqual(merged.tool, tool)) unchanged++
      else changed.push({ tool: merged.tool, changes: compareTools(tool, merged.tool) })
    }
  }
  const followed = new Set(matches.values())
  const fresh = operations.filter((operation) => !followed.has(operation))
  const added = [
    ...(select ? selectOperations(fresh, select) : []),
    ...dismissed.filter((each) => isNamed(each, select)),
  ]
  const isBreaking = removed.length > 0 || changed.some(({ changes }) => changes.some((change) => change.isBreaking))
  const offered = fresh.filter((operation) => !added.includes(operation))
  return { removed, changed, kept, unchanged, added, offered, imports, isBreaking }
}

/** As the registry gives it back, so that absent and undefined members are the same. */
function asStored(tool: ToolDefinition): ToolDefinition {
  return JSON.parse(JSON.stringify(tool))
}

/** What a person removed comes back only when it is asked for by its name. */
function isNamed({ name }: ApiOperation, select: OperationSelection | undefined): boolean {
  return select?.operations?.includes(name) ?? false
}

/**
 * Which operation each imported tool stands for today: the one with its method and path (and, where many share those,
 * its place in the description), else with its method and a path of the same form (`{id}` renamed), else with its name.
 */
function matchOperations(
  imported: readonly ToolDefinition[],
  operations: readonly ApiOperation[],
): ReadonlyMap<ToolDefinition, ApiOperation> {
  const matches = new Map<ToolDefinition, ApiOperation>()
  const taken = new Set<ApiOperation>()
  for (const keyOf of [requestOf, requestForm, nameOf]) {
    const free = new Map(
      operations.filter((operation) => !taken.has(operation)).map((each) => [keyOf(toTool(each)), each]),
    )
    for (const tool of imported) {
      const operation = matches.has(tool) ? undefined : free.get(keyOf(tool))
      if (!operation || taken.has(operation)) continue
      matches.set(tool, operation)
      taken.add(operation)
    }
  }
  return matches
}

function requestOf({ handler, name }: ToolDefinition): string {
  if (handler.kind !== 'operation') return name
  const { call, source } = handler
  // Those of GraphQL and SOAP share one endpoint; what is asked there stands in the body.
  const isOneOfMany = call.protocol !== undefined || call.body?.kind === 'template'
  return [call.method, call.path, ...(isOneOfMany ? [source?.pointer ?? name] : [])].join(' ')
}

function requestForm(tool: ToolDefinition): string {
  return requestOf(tool).replaceAll(/\{[^{}]*\}/g, '{}')
}

function nameOf({ name }: ToolDefinition): string {
  return name
}
