import { inputRequired, type Server, type ServerContext } from '@modelcontextprotocol/server'
import { declaredCapabilities } from './client-capabilities.ts'
import { ClientNeeded } from './client-needed.ts'

const KEY = 'page'

/**
 * Has the client show a page to its person (MCP 2026-07-28, client/elicitation, URL mode).
 * @returns what the person said to it; `unable` where the client shows no pages. That it was opened does not mean that
 *   anything was done on it.
 * @throws ClientNeeded when the client can, and has not been asked yet
 */
export function showClientPage(
  server: Server,
  context: ServerContext,
  url: string,
  message: string,
): 'opened' | 'declined' | 'unable' {
  const answered = context.mcpReq.inputResponses?.[KEY]
  if (answered !== undefined) return isAccepted(answered) ? 'opened' : 'declined'
  if (declaredCapabilities(server, context).elicitation?.url === undefined) return 'unable'
  throw new ClientNeeded({ [KEY]: inputRequired.elicitUrl({ url, message }) })
}

function isAccepted(answer: unknown): boolean {
  const { action }: { action?: unknown } = { ...Object(answer) }
  return action === 'accept'
}
