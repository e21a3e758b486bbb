import {
  createRequestStateCodec,
  inputRequired,
  type InputRequiredResult,
  ProtocolError,
  ProtocolErrorCode,
  type RequestStateCodec,
  type ServerContext,
} from '@modelcontextprotocol/server'
import type { InputNeeded } from '../input-needed.ts'
import type { InputRequest, InputResponse } from '../tool-context.ts'
import type { ClientSide } from '../wire.ts'
import { sha256Hex } from './digest.ts'

/** What the client has answered, by the names of the questions. */
export type Answers = ClientSide['answers']

/** What travels through the client from round to round. */
interface RoundState {
  readonly answers: Answers
  /** Of the method's parameters: answers to one call are no answers to another. */
  readonly request: string
  /** See InputNeeded. */
  readonly resume?: string
}

export type RoundsSeal = RequestStateCodec<RoundState>

/** Who fills in a form needs some minutes; what was sealed longer ago is asked again. */
const ROUND_SECONDS = 3_600

/**
 * Seals that state: it counts only for the same method, parameters and caller, for an hour.
 * MCP 2026-07-28, basic/patterns/mrtr, server requirements 4 and 5.
 */
export function createRoundsSeal(key: string): RoundsSeal {
  return createRequestStateCodec<RoundState>({
    key,
    ttlSeconds: ROUND_SECONDS,
    bind: ({ mcpReq, http }) => JSON.stringify([mcpReq.method, http?.authInfo?.clientId ?? '']),
  })
}

/**
 * The answers that came with this call and with the calls before it, and what a connected server wants back with them.
 * @throws ProtocolError -32602 when the earlier ones were given to another request
 */
export async function readAnswers(
  { mcpReq }: ServerContext,
  params: object,
): Promise<Pick<ClientSide, 'answers' | 'resume'>> {
  // The seal was checked before any handler runs, so this is what `askClient` put in.
  const state = mcpReq.requestState<RoundState>()
  if (state && state.request !== (await digestOf(params))) {
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'The requestState belongs to another request.')
  }
  const latest = Object.entries(mcpReq.inputResponses ?? {}).flatMap(([name, answer]) =>
    typeof answer === 'object' && answer !== null ? [[name, toResponse(answer)] as const] : [],
  )
  const answers = { ...state?.answers, ...Object.fromEntries(latest) }
  return { answers, ...(state?.resume !== undefined && { resume: state.resume }) }
}

/** Ends this round: the client is asked, and calls again with the answers. */
export async function askClient(
  { requests, resume }: InputNeeded,
  answers: Answers,
  seal: RoundsSeal,
  call: ServerContext,
  params: object,
): Promise<InputRequiredResult> {
  const asked = Object.entries(requests).map(([name, request]) => [name, toInputRequest(request)] as const)
  const state = { answers, request: await digestOf(params), ...(resume !== undefined && { resume }) }
  const requestState = await seal.mint(state, call)
  return inputRequired({ inputRequests: Object.fromEntries(asked), requestState })
}

/** SHA-256, the same for parameters whose members come in another order. */
async function digestOf(params: object): Promise<string> {
  const { _meta, ...own } = params as { readonly _meta?: unknown; readonly [name: string]: unknown }
  const text = JSON.stringify(own, (_, value: unknown) => (isRecord(value) ? sorted(value) : value))
  return sha256Hex(text)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function sorted(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)))
}

export function toInputRequest(request: InputRequest) {
  switch (request.kind) {
    case 'form': {
      // The SDK's type lists the allowed keywords; the client checks the schema.
      const requestedSchema = request.schema as Parameters<typeof inputRequired.elicit>[0]['requestedSchema']
      return inputRequired.elicit({ message: request.message, requestedSchema })
    }
    case 'url':
      return inputRequired.elicitUrl({ message: request.message, url: request.url })
    case 'roots':
      return inputRequired.listRoots()
    case 'sampling':
      // As above: the tool's author gives the parameters of sampling/createMessage.
      return inputRequired.createMessage(request.params as Parameters<typeof inputRequired.createMessage>[0])
  }
}

export function toResponse(latest: object): InputResponse {
  const action =
    'action' in latest && (latest.action === 'decline' || latest.action === 'cancel') ? latest.action : 'accept'
  const content = 'content' in latest && 'action' in latest ? latest.content : latest
  // An object, as the protocol has it: an elicitation's form, or the whole result of sampling or roots.
  return typeof content === 'object' && content !== null
    ? { action, content: content as Record<string, unknown> }
    : { action }
}
