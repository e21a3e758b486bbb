import { isObject, type JsonObject } from '../../../bridge/protocol/json-rpc.ts'
import type { ClientAbilities, InputRequest, InputResponse } from '../../../runtime/library/tool-context.ts'

/** What a connected server wants to know in the middle of a call, by its own names. */
export type Questions = Readonly<Record<string, InputRequest>>

/** What it wants back with the answers: this travels through our client, sealed. */
export interface Resumption {
  /** As the server gave it. */
  readonly requestState?: unknown
  /** The kinds of its questions, by their names. */
  readonly asked: Readonly<Record<string, InputRequest['kind']>>
}

/** The client capabilities that stand for what a client can be asked. */
export function capabilitiesOf({ form, url, sampling, roots }: ClientAbilities): JsonObject {
  return {
    ...((form || url) && { elicitation: { ...(form && { form: {} }), ...(url && { url: {} }) } }),
    ...(sampling && { sampling: {} }),
    ...(roots && { roots: {} }),
  }
}

/** Reads an `input_required` result. 2026-07-28: basic/patterns/mrtr */
export function readQuestions(result: JsonObject): { readonly questions: Questions; readonly resume: string } {
  const asked = isObject(result['inputRequests']) ? result['inputRequests'] : {}
  const questions = Object.entries(asked).flatMap(([name, request]) => {
    const question = isObject(request) ? toQuestion(request) : undefined
    return question ? [[name, question] as const] : []
  })
  const resumption: Resumption = {
    requestState: result['requestState'],
    asked: Object.fromEntries(questions.map(([name, { kind }]) => [name, kind])),
  }
  return { questions: Object.fromEntries(questions), resume: JSON.stringify(resumption) }
}

/** Parameters with which the call goes on. @param resume  as readQuestions gave it */
export function answerParams(resume: string | undefined, answers: Readonly<Record<string, InputResponse>>): JsonObject {
  const { requestState, asked } = readResumption(resume)
  const inputResponses = Object.fromEntries(
    Object.entries(asked).flatMap(([name, kind]) => {
      const answer = Object.hasOwn(answers, name) ? answers[name] : undefined
      return answer ? [[name, toAnswer(kind, answer)] as const] : []
    }),
  )
  return {
    ...(requestState !== undefined && { requestState }),
    ...(Object.keys(inputResponses).length > 0 && { inputResponses }),
  }
}

/** Whether the client can be asked this. */
export function canBeAsked({ kind }: InputRequest, abilities: ClientAbilities): boolean {
  return abilities[kind]
}

/** The text was made by readQuestions, and sealed while it travelled. */
function readResumption(resume: string | undefined): Resumption {
  return resume === undefined ? { asked: {} } : (JSON.parse(resume) as Resumption)
}

function toQuestion({ method, params: given }: JsonObject): InputRequest | undefined {
  const params = isObject(given) ? given : {}
  const message = typeof params['message'] === 'string' ? params['message'] : ''
  switch (method) {
    case 'elicitation/create':
      if (params['mode'] === 'url') return { kind: 'url', message, url: String(params['url']) }
      return { kind: 'form', message, schema: isObject(params['requestedSchema']) ? params['requestedSchema'] : {} }
    case 'sampling/createMessage':
      return { kind: 'sampling', params }
    case 'roots/list':
      return { kind: 'roots', params }
    default:
      return undefined
  }
}

/** An elicitation's answer has an action; what sampling and roots give is the answer itself. */
function toAnswer(kind: InputRequest['kind'], { action, content }: InputResponse): JsonObject {
  if (kind === 'sampling' || kind === 'roots') return content ?? {}
  return { action, ...(action === 'accept' && content && { content }) }
}
