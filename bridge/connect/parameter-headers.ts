import { isObject, type JsonObject, type RpcMessage, type RpcRequest } from '../protocol/json-rpc.ts'
import { encodeHeaderValue } from '../protocol/mcp-headers.ts'

/** Mirrors arguments that a tool's schema marks with `x-mcp-header` into `Mcp-Param-…` headers. */
export interface ParameterHeaders {
  /** Remembers the marks of a tool list that passes by. @returns the list without tools whose marks are wrong */
  learn(request: RpcRequest, message: RpcMessage): RpcMessage
  of(request: RpcRequest): Readonly<Record<string, string>>
}

interface Mark {
  readonly header: string
  readonly path: readonly string[]
}

/**
 * @param warn  told of each tool that is left out
 * 2026-07-28: basic/transports/streamable-http, Custom Headers from Tool Parameters
 */
export function createParameterHeaders(warn: (line: string) => void): ParameterHeaders {
  const marksByTool = new Map<string, readonly Mark[]>()

  function learnTool(tool: unknown): boolean {
    if (!isObject(tool) || typeof tool['name'] !== 'string') return true
    const marks = readMarks(tool['inputSchema'])
    if (typeof marks === 'string') {
      warn(`The tool "${tool['name'].slice(0, 100)}" is left out: ${marks}`)
      return false
    }
    if (marks.length > 0) marksByTool.set(tool['name'], marks)
    else marksByTool.delete(tool['name'])
    return true
  }

  return {
    learn(request, message) {
      if (request.method !== 'tools/list' || !('result' in message)) return message
      const { tools } = message.result
      if (!Array.isArray(tools)) return message
      const kept = tools.filter(learnTool)
      return kept.length === tools.length ? message : { ...message, result: { ...message.result, tools: kept } }
    },
    of({ method, params }) {
      const marks = method === 'tools/call' ? marksByTool.get(String(params?.['name'])) : undefined
      if (!marks) return {}
      return Object.fromEntries(
        marks.flatMap(({ header, path }) => {
          const value = valueAt(params?.['arguments'], path)
          return value === undefined ? [] : [[`mcp-param-${header}`, encodeHeaderValue(value)]]
        }),
      )
    },
  }
}

function valueAt(from: unknown, path: readonly string[]): string | undefined {
  let value = from
  for (const key of path) value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
  const isPrimitive = typeof value === 'string' || typeof value === 'boolean' || Number.isSafeInteger(value)
  return isPrimitive ? String(value) : undefined
}

/** @returns what is wrong, or the marks */
function readMarks(schema: unknown): readonly Mark[] | string {
  const marks: Mark[] = []
  const problem = walk(schema, [], true, marks)
  if (problem !== undefined) return problem
  const names = marks.map(({ header }) => header)
  return new Set(names).size === names.length ? marks : 'two parameters have one x-mcp-header.'
}

/** Marks count where only `properties` lead to them; anywhere else they are wrong. */
function walk(schema: unknown, path: readonly string[], isReachable: boolean, marks: Mark[]): string | undefined {
  if (Array.isArray(schema)) return firstOf(schema, (each) => walk(each, path, false, marks))
  if (!isObject(schema)) return undefined
  if ('x-mcp-header' in schema) {
    const problem = checkMark(schema, path, isReachable)
    if (problem !== undefined) return problem
    marks.push({ header: String(schema['x-mcp-header']).toLowerCase(), path })
  }
  return firstOf(Object.entries(schema), ([keyword, value]) => {
    if (VALUES.has(keyword)) return undefined
    if (!isObject(value) || !MAPS.has(keyword)) return walk(value, path, false, marks)
    const isStep = isReachable && keyword === 'properties'
    return firstOf(Object.entries(value), ([key, each]) => walk(each, [...path, key], isStep, marks))
  })
}

/** Keywords whose value is data, and those whose value holds schemas by name. */
const VALUES: ReadonlySet<string> = new Set(['const', 'default', 'enum', 'examples', 'required', 'type'])
const MAPS: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
  'dependentSchemas',
])

function checkMark(schema: JsonObject, path: readonly string[], isReachable: boolean): string | undefined {
  const name = schema['x-mcp-header']
  if (typeof name !== 'string' || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name))
    return 'its x-mcp-header is no header name.'
  if (!isReachable || path.length === 0) return `its x-mcp-header "${name}" stands where no argument can be found.`
  if (['string', 'integer', 'boolean'].includes(String(schema['type']))) return undefined
  return `its x-mcp-header "${name}" marks a parameter that is no string, integer or boolean.`
}

function firstOf<T>(items: readonly T[], find: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item)
    if (found !== undefined) return found
  }
  return undefined
}
