import { isObject, type JsonObject } from '../../../bridge/protocol/json-rpc.ts'
import { toolDigest } from '../../../runtime/library/external/tool-digest.ts'
import type { OfferedTool, PinnedTool } from '../../model/connection.ts'
import type { Upstream } from './open-upstream.ts'

/** The tools of a connected server, as they stand. */
export interface Listing {
  readonly tools: readonly PinnedTool[]
  /** What cannot be offered, and why; texts of the upstream's, not cleaned. */
  readonly leftOut: readonly { readonly tool: string; readonly reason: string }[]
}

export interface ListingLimits {
  readonly tools: number
  /** Of one tool, and of all together. */
  readonly definitionBytes: number
  readonly listBytes: number
}

/** Pages with a few tools each: a server that gives cursors without end is left there. */
const MOST_PAGES = 100
/** As many as anyone reads. */
const MOST_LEFT_OUT = 200
const LONGEST_NAME = 200

/** Reads all pages. Of tools with one name the first counts. */
export async function listUpstreamTools(
  upstream: Upstream,
  { tools: mostTools, definitionBytes, listBytes }: ListingLimits,
  capabilities: JsonObject,
  signal: AbortSignal,
): Promise<Listing> {
  const tools = new Map<string, PinnedTool>()
  const leftOut: { tool: string; reason: string }[] = []
  const leave = (tool: string, reason: string): void => {
    if (leftOut.length < MOST_LEFT_OUT) leftOut.push({ tool: tool.slice(0, LONGEST_NAME), reason })
  }
  let cursor: unknown
  let bytes = 0
  for (let page = 0; page < MOST_PAGES; page++) {
    const params = typeof cursor === 'string' ? { cursor } : {}
    const result = await upstream.request({ method: 'tools/list', params, capabilities, signal })
    for (const listed of Array.isArray(result['tools']) ? result['tools'] : []) {
      const size = JSON.stringify(listed).length
      const read = size > definitionBytes ? `its definition is larger than ${definitionBytes} bytes` : readTool(listed)
      if (typeof read === 'string') leave(nameOf(listed), read)
      else if (tools.has(read.name)) leave(read.name, 'it is listed twice')
      else if (tools.size >= mostTools) leave(read.name, `it comes after the first ${mostTools}`)
      else if (bytes + size > listBytes) leave(read.name, `all together they exceed ${listBytes} bytes`)
      else {
        bytes += size
        tools.set(read.name, { digest: await toolDigest(read), definition: read })
      }
    }
    cursor = result['nextCursor']
    if (typeof cursor !== 'string') break
    if (tools.size < mostTools) continue
    leave('what is listed after these', `only the first ${mostTools} are read`)
    break
  }
  return { tools: [...tools.values()], leftOut }
}

function nameOf(listed: unknown): string {
  return isObject(listed) && typeof listed['name'] === 'string' ? listed['name'] : 'a tool without a name'
}

/** @returns what is wrong, or the tool with what its digest is made over */
function readTool(listed: unknown): OfferedTool | string {
  if (!isObject(listed) || typeof listed['name'] !== 'string' || listed['name'] === '') return 'it has no name'
  const { name, description, inputSchema, outputSchema, annotations } = listed
  if (name.length > LONGEST_NAME) return `its name is longer than ${LONGEST_NAME} characters`
  if (!isObject(inputSchema)) return 'it has no input schema'
  return {
    name,
    inputSchema,
    ...(typeof description === 'string' && { description }),
    ...(isObject(outputSchema) && { outputSchema }),
    ...(isObject(annotations) && { annotations }),
  }
}
