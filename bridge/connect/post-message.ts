import { AnswerTooLong } from '../protocol/answer-too-long.ts'
import { readSse, type SseEvent } from '../protocol/read-sse.ts'
import { EndpointGone } from './endpoint-gone.ts'
import type { Endpoint } from './endpoint-link.ts'
import { sendHttp, type HttpAnswer, type HttpRequest } from './send-http.ts'

/** Of one answer or one event, where the endpoint has no limit of its own. */
const ANSWER_BYTES = 64 * 1024 * 1024

/** How far a stream was read, for who comes back to it (2025-11-25: basic/transports, Resumability and Redelivery). */
export interface StreamPlace {
  readonly lastEventId?: string
  /** How long the server asks to wait before that. */
  readonly retryMs?: number
}

export interface EndpointAnswer {
  readonly status: number
  readonly sessionId: string | undefined
  readonly isStream: boolean
  readonly place: StreamPlace
  /** The JSON of each message: one for a JSON answer, many for an event stream. Throws EndpointGone when it breaks off. */
  messages(): AsyncGenerator<string>
  /** Of an event stream: all of it, other events than messages too. Throws EndpointGone when it breaks off. */
  events(): AsyncGenerator<SseEvent>
  /** Of any other answer: the whole body. May be read before `messages`. Throws EndpointGone. */
  text(): Promise<string>
  discard(): Promise<void>
}

/** Sends one HTTP request and resolves at its head. @throws EndpointGone, RpcError; the signal's reason when aborted */
export async function askEndpoint(endpoint: Endpoint, asked: HttpRequest): Promise<EndpointAnswer> {
  const answer = await (endpoint.send ? endpoint.send(asked) : sendHttp(endpoint, asked))
  const isStream = (answer.header('content-type') ?? '').startsWith('text/event-stream')
  const { answerBytes = ANSWER_BYTES } = endpoint
  let place: StreamPlace = {}
  let whole: Promise<string> | undefined

  async function* events(): AsyncGenerator<SseEvent> {
    try {
      for await (const event of readSse(answer.body, answerBytes)) {
        place = placeAfter(place, event)
        yield event
      }
    } catch (error) {
      asked.signal.throwIfAborted()
      throw new EndpointGone(true, error)
    }
  }

  const text = (): Promise<string> => (whole ??= readText(answer, answerBytes, asked.signal))

  async function* messages(): AsyncGenerator<string> {
    if (!isStream) {
      const only = await text()
      if (only !== '') yield only
      return
    }
    for await (const { name, data } of events()) if (name === 'message' && data) yield data
  }

  return {
    status: answer.status,
    sessionId: answer.header('mcp-session-id'),
    isStream,
    get place() {
      return place
    },
    messages,
    events,
    text,
    discard: () => answer.discard(),
  }
}

function placeAfter(place: StreamPlace, { id, retryMs }: SseEvent): StreamPlace {
  if (id === undefined && retryMs === undefined) return place
  return { ...place, ...(id !== undefined && { lastEventId: id }), ...(retryMs !== undefined && { retryMs }) }
}

async function readText(answer: HttpAnswer, limitBytes: number, signal: AbortSignal): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const chunk of answer.body) {
      bytes += chunk.byteLength
      if (bytes > limitBytes) throw new AnswerTooLong(limitBytes)
      chunks.push(chunk)
    }
    return Buffer.concat(chunks).toString('utf8')
  } catch (error) {
    signal.throwIfAborted()
    throw new EndpointGone(true, error)
  }
}
