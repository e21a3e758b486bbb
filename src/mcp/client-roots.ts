import { fileURLToPath } from 'node:url'
import {
  CLIENT_CAPABILITIES_META_KEY,
  inputRequired,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { ClientNeeded } from './client-needed.ts'

const KEY = 'roots'

/**
 * The folders the client's person has opened to servers (MCP, client/roots), or none where the client has no roots.
 * @throws ClientNeeded when the client can say, and has not been asked yet
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
  throw new ClientNeeded({ [KEY]: inputRequired.listRoots() })
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
