import { fromJsonSchema, MissingRequiredClientCapabilityError, type Server } from '@modelcontextprotocol/server'
import { toInputRequest, toResponse } from './input-rounds.ts'
import type { OpenCall, ServedCall } from './served-call.ts'
import { type TaskState, type TaskStore, TASKS_EXTENSION } from './tasks.ts'

interface TaskParams {
  readonly taskId: string
  readonly inputResponses?: Readonly<Record<string, unknown>>
}

const PARAMS = fromJsonSchema<TaskParams>({
  type: 'object',
  properties: { taskId: { type: 'string', maxLength: 100 }, inputResponses: { type: 'object' } },
  required: ['taskId'],
})

/** Answers tasks/get, tasks/update and tasks/cancel to clients that declare the extension (SEP-2663). */
export function serveTasks(server: Server, tasks: TaskStore, open: OpenCall): void {
  const handle = (method: string, act: (params: TaskParams, given: object) => object): void =>
    server.setRequestHandler(method, { params: PARAMS }, async (params, context) => {
      requireTasks(await open(context, {}))
      return { resultType: 'complete', ...act(params, context.mcpReq.inputResponses ?? params.inputResponses ?? {}) }
    })
  handle('tasks/get', ({ taskId }) => describeTask(tasks.get(taskId)))
  handle('tasks/update', ({ taskId }, given) => {
    const answers = Object.entries(given).flatMap(([name, answer]) =>
      typeof answer === 'object' && answer !== null ? [[name, toResponse(answer)] as const] : [],
    )
    tasks.answer(taskId, Object.fromEntries(answers))
    return {}
  })
  handle('tasks/cancel', ({ taskId }) => {
    tasks.cancel(taskId)
    return {}
  })
}

/** @throws MissingRequiredClientCapabilityError (-32021) */
export function requireTasks({ takesTasks }: ServedCall): void {
  if (takesTasks) return
  throw new MissingRequiredClientCapabilityError({ requiredCapabilities: { extensions: { [TASKS_EXTENSION]: {} } } })
}

/** What a client reads of a task, in the answer that creates it and in tasks/get. */
export function describeTask({ inputRequests, ...state }: TaskState): object {
  if (!inputRequests) return state
  const asked = Object.entries(inputRequests).map(([name, request]) => [name, toInputRequest(request)])
  return { ...state, inputRequests: Object.fromEntries(asked) }
}
