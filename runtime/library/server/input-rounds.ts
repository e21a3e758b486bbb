import { inputRequired, type InputRequiredResult, type ServerContext } from '@modelcontextprotocol/server'
import type { InputRequest, InputResponse } from '../tool-context.ts'

const KEY = 'input'

/**
 * The answers that came with this call and the calls before it. Earlier ones travel in `requestState`: it holds
 * nothing but what the client itself has answered, so a client that changes it only changes its own answers.
 */
export function readAnswers(call: ServerContext): InputResponse[] {
  const answers = parseState(call.mcpReq.requestState())
  const latest = call.mcpReq.inputResponses?.[KEY]
  if (typeof latest === 'object' && latest !== null) answers.push(toResponse(latest))
  return answers
}

/** Ends this round: the client is asked, and calls again with the answer. MCP 2026-07-28, basic/patterns/mrtr. */
export function askClient(request: InputRequest, answers: readonly InputResponse[]): InputRequiredResult {
  return inputRequired({ inputRequests: { [KEY]: toInputRequest(request) }, requestState: JSON.stringify(answers) })
}

function toInputRequest(request: InputRequest) {
  if (request.kind === 'form') {
    // The SDK's type lists the allowed keywords; the client checks the schema.
    const requestedSchema = request.schema as Parameters<typeof inputRequired.elicit>[0]['requestedSchema']
    return inputRequired.elicit({ message: request.message, requestedSchema })
  }
  if (request.kind === 'roots') return inputRequired.listRoots()
  // As above: the tool's author gives the parameters of sampling/createMessage.
  return inputRequired.createMessage(request.params as Parameters<typeof inputRequired.createMessage>[0])
}

function toResponse(latest: object): InputResponse {
  const action =
    'action' in latest && (latest.action === 'decline' || latest.action === 'cancel') ? latest.action : 'accept'
  const content = 'content' in latest && 'action' in latest ? latest.content : latest
  // An object, as the protocol has it: an elicitation's form, or the whole result of sampling or roots.
  return typeof content === 'object' && content !== null
    ? { action, content: content as Record<string, unknown> }
    : { action }
}

function parseState(state: unknown): InputResponse[] {
  if (typeof state !== 'string') return []
  try {
    const parsed: unknown = JSON.parse(state)
    // The client's own answers come back: each is read as an answer of the client, and nothing is trusted more.
    return Array.isArray(parsed) ? (parsed as InputResponse[]) : []
  } catch {
    return []
  }
}
