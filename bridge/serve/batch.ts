import type { RpcResponse } from '../protocol/json-rpc.ts'
import type { Answer } from './answer.ts'
import type { HttpAnswer } from './http-answer.ts'

/**
 * The answers to the requests of one batch (2025-03-26: basic/transports): what precedes the responses goes out at
 * once, the responses together, in the order of their requests.
 */
export function splitAnswer(answer: HttpAnswer, count: number): Answer[] {
  const responses: (RpcResponse | undefined)[] = Array.from({ length: count })
  let left = count

  function settle(index: number, response: RpcResponse | undefined): void {
    responses[index] = response
    left -= 1
    if (left > 0) return
    const given = responses.filter((each) => each !== undefined)
    if (given.length === 0) answer.end()
    else answer.finishAll(given)
  }

  return responses.map((_, index) => ({
    get canStream() {
      return answer.canStream
    },
    get left() {
      return answer.left
    },
    notify: (message) => answer.notify(message),
    send: (message) => answer.send(message),
    finish: (response) => settle(index, response),
    end: () => settle(index, undefined),
  }))
}
