import { expect, vi } from 'vitest'

/** One caller of a Worker that takes tasks, on the wire of 2026-07-28. */
export interface TaskClient {
  ask(method: string, params: object, capabilities?: object): Promise<Answer>
  call(name: string, args?: object): Promise<Readonly<Record<string, unknown>>>
  task(taskId: unknown): Promise<Readonly<Record<string, unknown>>>
  /** @returns the task once it no longer works */
  settled(taskId: unknown): Promise<Readonly<Record<string, unknown>>>
}

export interface Answer {
  readonly result?: Readonly<Record<string, unknown>>
  readonly error?: { readonly code: number; readonly message: string }
}

const TASKS = { extensions: { 'io.modelcontextprotocol/tasks': {} }, elicitation: {} }
const REVISION = '2026-07-28'

export function taskClient(base: string, token: string, send: typeof fetch = fetch): TaskClient {
  async function ask(method: string, params: object, capabilities: object = TASKS): Promise<Answer> {
    const response = await send(new URL('/mcp', base), taskRequest(token, method, params, capabilities))
    return lastMessage(await response.text())
  }
  const result = async (method: string, params: object) => {
    const { result: found, error } = await ask(method, params)
    expect(error).toBeUndefined()
    return found ?? {}
  }
  const task = (taskId: unknown) => result('tasks/get', { taskId })
  return {
    ask,
    call: (name, args = {}) => result('tools/call', { name, arguments: args }),
    task,
    settled: (taskId) =>
      vi.waitUntil(async () => {
        const state = await task(taskId)
        return state['status'] === 'working' ? undefined : state
      }, 20_000),
  }
}

/** As fetch takes it. */
export function taskRequest(token: string, method: string, params: object, capabilities: object = TASKS) {
  const { name, taskId } = params as { readonly name?: string; readonly taskId?: string }
  return {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
      'mcp-protocol-version': REVISION,
      'mcp-method': method,
      'mcp-name': name ?? taskId ?? '',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: envelope(capabilities) } }),
  }
}

function envelope(capabilities: object): object {
  const prefix = 'io.modelcontextprotocol'
  return {
    [`${prefix}/protocolVersion`]: REVISION,
    [`${prefix}/clientInfo`]: { name: 'test', version: '1.0.0' },
    [`${prefix}/clientCapabilities`]: capabilities,
  }
}

/** Answers may come as JSON or as a stream of events. */
function lastMessage(text: string): Answer {
  const data = text.startsWith('{') ? [text] : [...text.matchAll(/^data: (\{.*)$/gm)].map(([, json = '']) => json)
  return JSON.parse(data.at(-1) ?? '{}') as Answer
}
