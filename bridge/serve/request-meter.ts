import type { Outcome } from './answer.ts'
import type { Converse } from './conversation.ts'
import type { ModernDialog } from './modern-dialog.ts'
import type { BridgeOptions } from './server-bridge.ts'

type Listeners = Pick<BridgeOptions, 'onRequest' | 'onAnswered'>

/** Tells the listeners of each request in the conversations, `initialize` included. */
export function meterConversations(converse: Converse, listeners: Listeners): Converse {
  return async (initialize, push, onEnded) => {
    const opened = await meterRequest(initialize.method, listeners, () => converse(initialize, push, onEnded))
    const { conversation } = opened
    return {
      ...opened,
      conversation: {
        ...conversation,
        request: (message, answer) => meter(message.method, listeners, () => conversation.request(message, answer)),
      },
    }
  }
}

export function meterDialog(dialog: ModernDialog, listeners: Listeners): ModernDialog {
  return {
    request: (message, answer, client) =>
      meter(message.method, listeners, () => dialog.request(message, answer, client)),
    close: () => dialog.close(),
  }
}

/** For work that gives a value, or throws. */
export async function meterRequest<T>(method: string, listeners: Listeners, work: () => Promise<T>): Promise<T> {
  listeners.onRequest?.()
  const began = performance.now()
  let outcome: Outcome = 'error'
  try {
    const result = await work()
    outcome = 'ok'
    return result
  } finally {
    listeners.onAnswered?.({ method, outcome, durationMs: performance.now() - began })
  }
}

async function meter(method: string, listeners: Listeners, work: () => Promise<Outcome>): Promise<Outcome> {
  listeners.onRequest?.()
  const began = performance.now()
  const outcome = await work()
  listeners.onAnswered?.({ method, outcome, durationMs: performance.now() - began })
  return outcome
}
