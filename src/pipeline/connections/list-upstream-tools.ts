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
  readonly definitionBytes: number
}

/** Pages with a few tools each: a server that gives cursors without end is left there. */
const MOST_PAGES = 100

/** Reads all pages. Of tools with one name the first counts. */
export async function listUpstreamTools(
  upstream: Upstream,
  { tools: mostTools, definitionBytes }: ListingLimits,
  capabilities: JsonObject,
  signal: AbortSignal,
): Promise<Listing> {
  const tools = new Map<string, PinnedTool>()
  const leftOut: { tool: string; reason: string }[] = []
  let cursor: unknown
  for (let page = 0; page < MOST_PAGES; page++) {
    const params = typeof cursor === 'string' ? { cursor } : {}
    const result = await upstream.request({ method: 'tools/list', params, capabilities, signal })
    for (const listed of Array.isArray(result['tools']) ? result['tools'] : []) {
      const read = readTool(listed, definitionBytes)
      if (typeof read === 'string') leftOut.push({ tool: nameOf(listed), reason: read })
      else if (tools.has(read.name)) leftOut.push({ tool: read.name, reason: 'it is listed twice' })
      else if (tools.size >= mostTools)
        leftOut.push({ tool: read.name, reason: `it comes after the first ${mostTools}` })
      else tools.set(read.name, { digest: await toolDigest(read), definition: read })
    }
    cursor = result['nextCursor']
    if (typeof cursor !== 'string') break
  }
  return { tools: [...tools.values()], leftOut }
}

function nameOf(listed: unknown): string {
  return isObject(listed) && typeof listed['name'] === 'string' ? listed['name'] : 'a tool without a name'
}

const LONGEST_NAME = 200

/** @returns what is wrong, or the tool with what its digest is made over */
function readTool(listed: unknown, definitionBytes: number): OfferedTool | string {
  if (!isObject(listed) || typeof listed['name'] !== 'string' || listed['name'] === '') return 'it has no name'
  const { name, description, inputSchema, outputSchema, annotations } = listed
  if (name.length > LONGEST_NAME) return `its name is longer than ${LONGEST_NAME} characters`
  if (!isObject(inputSchema)) return 'it has no input schema'
  if (JSON.stringify(listed).length > definitionBytes) return `its definition is larger than ${definitionBytes} bytes`
  return {
    name,
    inputSchema,
    ...(typeof description === 'string' && { description }),
    ...(isObject(outputSchema) && { outputSchema }),
    ...(isObject(annotations) && { annotations }),
  }
}
