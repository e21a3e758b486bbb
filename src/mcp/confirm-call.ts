import { MetaError } from '../errors/meta-error.ts'
import type { ConfirmPolicy } from '../model/confirm-policy.ts'
import type { Principal } from '../model/principal.ts'
import {
  type CallToConfirm,
  confirmPolicy,
  putCallIntoInbox,
  takeApproval,
  takeCallFromInbox,
} from '../pipeline/confirmed-call.ts'
import type { Services } from '../pipeline/services.ts'
import type { MetaCall } from '../tools/meta-tool.ts'
import { ClientNeeded } from './client-needed.ts'
import type { ClientReply } from './client-question.ts'
import { type ConfirmationSeal, confirmationSeal } from './confirmation-seal.ts'
import type { OpenQuestions } from './open-questions.ts'

/** The side of the client in asking its person. */
export interface AskingClient {
  /** What came back with the call. */
  readonly state: string | undefined
  /** See `askClientPerson`. */
  ask(question: string, mintState: () => Promise<string>): Promise<ClientReply>
  readonly openQuestions: OpenQuestions
}

interface ConfirmedCall {
  readonly principal: Principal
  readonly tool: string
  /** Without `confirm`. */
  readonly input: unknown
  /** The argument `confirm`. */
  readonly token: string | undefined
  readonly services: Services
  readonly client: AskingClient
}

/** What a call has of asking its person. */
export interface Confirmer {
  readonly confirm: MetaCall['confirm']
  /** When the client is asked for something else after that, the agreement must not be lost. */
  keepAgreement(other: ClientNeeded): Promise<ClientNeeded>
}

/** Asks the person before a call, as their policy says. One agreement is enough for one call. */
export function confirmer(call: ConfirmedCall): Confirmer {
  const seal = confirmationSeal(call.services, call.principal)
  let agreed: CallToConfirm | undefined
  return {
    async confirm(question, does) {
      if (agreed || !asksBefore(await confirmPolicy(call.services, call.principal), does)) return
      const asked = { principal: call.principal, tool: call.tool, input: call.input, question }
      await agree(asked, call, seal)
      agreed = asked
    },
    async keepAgreement(other) {
      if (!agreed || other.state !== undefined) return other
      return new ClientNeeded(other.requests, (await seal.mint('agreed', agreed)).text)
    },
  }
}

function asksBefore(policy: ConfirmPolicy, does: 'destroys' | 'changes'): boolean {
  return policy === 'always' || (policy === 'destructive' && does === 'destroys')
}

/** Returns when the person has agreed to this very call. @throws MetaError CONFIRMATION_NEEDED, CONFIRMATION_DECLINED */
async function agree(call: CallToConfirm, { token, services, client }: ConfirmedCall, seal: ConfirmationSeal) {
  if (await seal.redeem('agreed', client.state, call)) return
  if (await seal.redeem('token', token, call)) return takeCallFromInbox(services, call)
  if (await takeApproval(services, call)) return
  const reply = await client.ask(call.question, () => mintQuestion(call, seal, services, client.openQuestions))
  switch (reply.kind) {
    case 'agreed':
      return takeCallFromInbox(services, call)
    case 'returned':
      await readReturned(reply.isAgreed, call, seal, client)
      return takeCallFromInbox(services, call)
    case 'declined':
      throw declined(call)
    case 'unanswered':
      await putCallIntoInbox(services, call)
      throw waiting(call)
    case 'unable':
      await putCallIntoInbox(services, call)
      throw needed(call, (await seal.mint('token', call)).text, token !== undefined)
  }
}

async function mintQuestion(
  call: CallToConfirm,
  seal: ConfirmationSeal,
  services: Services,
  openQuestions: OpenQuestions,
): Promise<string> {
  const { id, text } = await seal.mint('question', call)
  openQuestions.add(id, () => {
    putCallIntoInbox(services, call).catch((error: unknown) => console.error('The inbox met a bug:', error))
  })
  return text
}

async function readReturned(
  isAgreed: boolean,
  call: CallToConfirm,
  seal: ConfirmationSeal,
  { state, openQuestions }: AskingClient,
): Promise<void> {
  const id = await seal.read('question', state, call)
  if (id !== undefined) openQuestions.answered(id)
  if (!isAgreed) throw declined(call)
  if (!(await seal.redeem('question', state, call))) throw notForThisCall(call)
}

function needed(call: CallToConfirm, confirm: string, hadToken: boolean): MetaError {
  const { question, tool, input } = call
  return new MetaError(
    'CONFIRMATION_NEEDED',
    `${hadToken ? 'That confirm is used up, too old, or of another call. ' : ''}A person has to agree first: ${question}`,
    'Ask them. When they agree, make the same call with the confirm below, which is good once; or they agree in the inbox (mcpwright inbox), and the same call goes through once.',
    { next: { tool, arguments: { ...Object(input), confirm } } },
  )
}

function waiting({ question }: CallToConfirm): MetaError {
  return new MetaError(
    'CONFIRMATION_NEEDED',
    `Nobody answered yet: ${question}`,
    'It waits in the inbox (mcpwright inbox). When the person has agreed there, the same call goes through once. Whatever does not need it can go on meanwhile.',
    { next: { tool: 'list_servers', arguments: {} } },
  )
}

function declined({ question }: CallToConfirm): MetaError {
  return new MetaError(
    'CONFIRMATION_DECLINED',
    `The person declined: ${question}`,
    'Nothing was done. Ask them what they want instead.',
  )
}

function notForThisCall({ tool, input }: CallToConfirm): MetaError {
  return new MetaError(
    'CONFIRMATION_NEEDED',
    'The answer belongs to another call, was used before, or is too old. Nothing was done.',
    'Make the call again: the person is asked anew.',
    { next: { tool, arguments: { ...Object(input) } } },
  )
}
