import { inputRequired, type Server, type ServerContext } from '@modelcontextprotocol/server'
import { callsAgain, declaredCapabilities } from './client-capabilities.ts'
import { ClientNeeded } from './client-needed.ts'

export type ClientReply =
  /** `unable`: the client shows its person no questions. */
  | { readonly kind: 'agreed' | 'declined' | 'unanswered' | 'unable' }
  /** It came with a call that was made again, and counts only with the state that was sealed for the question. */
  | { readonly kind: 'returned'; readonly isAgreed: boolean }

const KEY = 'confirm'

/**
 * Has the client ask its person whether they agree (MCP, client/elicitation, form mode): for one of 2026-07-28 this
 * call ends and is made again, an older one is asked meanwhile.
 * @param mintState  what has to come back with the answer
 * @throws ClientNeeded when the client has not been asked yet
 */
export async function askClientPerson(
  server: Server,
  context: ServerContext,
  { question, mintState, timeoutMs }: { question: string; mintState: () => Promise<string>; timeoutMs: number },
): Promise<ClientReply> {
  const { mcpReq } = context
  const answered = mcpReq.inputResponses?.[KEY]
  if (answered !== undefined) return { kind: 'returned', isAgreed: isAgreed(answered) }
  const { elicitation } = declaredCapabilities(server, context)
  // Before there were modes, every elicitation was a form.
  const showsForms = elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined)
  if (!showsForms) return { kind: 'unable' }
  const form = { message: question, requestedSchema: SCHEMA }
  if (callsAgain(context)) throw new ClientNeeded({ [KEY]: inputRequired.elicit(form) }, await mintState())
  try {
    const answer = await mcpReq.send({ method: 'elicitation/create', params: form }, { timeout: timeoutMs })
    return { kind: isAgreed(answer) ? 'agreed' : 'declined' }
  } catch {
    // Nobody looked, the client failed at it, or it gave the whole call up: many do so after a minute.
    return { kind: 'unanswered' }
  }
}

const SCHEMA = {
  type: 'object' as const,
  properties: { agree: { type: 'boolean' as const, title: 'Yes, do it', default: false } },
  required: ['agree'],
}

function isAgreed(answer: unknown): boolean {
  const { action, content }: { action?: unknown; content?: unknown } = { ...Object(answer) }
  const { agree }: { agree?: unknown } = { ...Object(content) }
  return action === 'accept' && agree === true
}
