import { fileURLToPath } from 'node:url'
import {
  CLIENT_CAPABILITIES_META_KEY,
  inputRequired,
  type InputRequiredResult,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server'

const KEY = 'roots'

/** Thrown to end this round of a call: the client is asked for its roots and calls again with them. */
export class RootsNeeded extends Error {
  override readonly name = 'RootsNeeded'
}

/**
 * The folders the client's person has opened to servers (MCP, client/roots), or none where the client has no roots.
 * @throws RootsNeeded when the client can say, and has not been asked yet
 */
export function clientRoots(server: Server, { mcpReq }: ServerContext): readonly string[] {
  const answered = mcpReq.inputResponses?.[KEY]
  if (answered !== undefined) return readRoots(answered)
  // The SDK types the envelope as empty; it holds the reserved keys of the request's _meta.
  const envelope: Record<string, unknown> = { ...mcpReq.envelope }
  const declared: { roots?: unknown } = {
    ...Object(envelope[CLIENT_CAPABILITIES_META_KEY] ?? server.getClientCapabilities()),
  }
  if (declared.roots === undefined) return []
  throw new RootsNeeded()
}

/** The result that asks. MCP 2026-07-28, basic/patterns/mrtr; for older clients the SDK sends roots/list. */
export function askForRoots(): InputRequiredResult {
  return inputRequired({ inputRequests: { [KEY]: inputRequired.listRoots() } })
}

/** Only folders of this machine; what a client sends else means nothing here. */
function readRoots(answer: unknown): string[] {
  const { roots }: { roots?: unknown } = { ...Object(answer) }
  if (!Array.isArray(roots)) return []
  return roots.flatMap((root: { uri?: unknown }) => {
    const uri = typeof root?.uri === 'string' && URL.canParse(root.uri) ? new URL(root.uri) : undefined
    return uri?.protocol === 'file:' && (uri.host === '' || uri.host === 'localhost') ? [fileURLToPath(uri.href)] : []
  })
}
