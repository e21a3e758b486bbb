import { fileURLToPath } from 'node:url'
import { inputRequired, type Server, type ServerContext } from '@modelcontextprotocol/server'
import { declaredCapabilities } from './client-capabilities.ts'
import { ClientNeeded } from './client-needed.ts'

const KEY = 'roots'

/**
 * The folders the client's person has opened to servers (MCP, client/roots), or none where the client has no roots.
 * @throws ClientNeeded when the client can say, and has not been asked yet
 */
export function clientRoots(server: Server, context: ServerContext): readonly string[] {
  const answered = context.mcpReq.inputResponses?.[KEY]
  if (answered !== undefined) return readRoots(answered)
  if (declaredCapabilities(server, context).roots === undefined) return []
  throw new ClientNeeded({ [KEY]: inputRequired.listRoots() })
}

/** Only folders of this machine; what a client sends else means nothing here. */
function readRoots(answer: unknown): string[] {
  const { roots }: { roots?: unknown } = { ...Object(answer) }
  if (!Array.isArray(roots)) return []
  return roots.flatMap((root: { uri?: unknown }) => {
    const uri = typeof root?.uri === 'string' && URL.canParse(root.uri) ? new URL(root.uri) : undefined
    return uri?.protocol === 'file:' && (uri.host === '' || uri.host === 'localhost') ? pathOf(uri) : []
  })
}

/** None where the address is no path of this machine: with an escaped slash, or without a drive on Windows. */
function pathOf({ href }: URL): readonly string[] {
  try {
    return [fileURLToPath(href)]
  } catch {
    return []
  }
}
