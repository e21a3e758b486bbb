import {
  fromJsonSchema,
  MissingRequiredClientCapabilityError,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { type Answers, toInputRequest, toResponse } from './input-rounds.ts'
import type { ServedCall } from './served-call.ts'
import type { TaskState } from './tasks.ts'
import { TASKS_EXTENSION } from './tasks-extension.ts'

/** Where tasks are kept: a TaskStore, or one that outlives its process. */
export interface TaskKeeper {
  /** @throws ProtocolError -32602 for an unknown one */
  get(taskId: string): TaskState | Promise<TaskState>
  answer(taskId: string, answers: Answers): void | Promise<void>
  cancel(taskId: string): void | Promise<void>
}

type TaskTaker = Pick<ServedCall, 'takesTasks'>

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
export function serveTasks(
  server: Server,
  tasks: TaskKeeper,
  open: (context: ServerContext, params: object) => TaskTaker | Promise<TaskTaker>,
): void {
  const handle = (method: string, act: (params: TaskParams, given: object) => object | Promise<object>): void =>
    server.setRequestHandler(method, { params: PARAMS }, async (params, context) => {
      requireTasks(await open(context, {}))
      const given = context.mcpReq.inputResponses ?? params.inputResponses ?? {}
      return { resultType: 'complete', ...(await act(params, given)) }
    })
  handle('tasks/get', async ({ taskId }) => describeTask(await tasks.get(taskId)))
  handle('tasks/update', async ({ taskId }, given) => {
    const answers = Object.entries(given).flatMap(([name, answer]) =>
      typeof answer === 'object' && answer !== null ? [[name, toResponse(answer)] as const] : [],
    )
    await tasks.answer(taskId, Object.fromEntries(answers))
    return {}
  })
  handle('tasks/cancel', async ({ taskId }) => {
    await tasks.cancel(taskId)
    return {}
  })
}

/** @throws MissingRequiredClientCapabilityError (-32021) */
export function requireTasks({ takesTasks }: TaskTaker): void {
  if (takesTasks) return
  throw new MissingRequiredClientCapabilityError({ requiredCapabilities: { extensions: { [TASKS_EXTENSION]: {} } } })
}

/** What a client reads of a task, in the answer that creates it and in tasks/get. */
export function describeTask({ inputRequests, ...state }: TaskState): object {
  if (!inputRequests) return state
  const asked = Object.entries(inputRequests).map(([name, request]) => [name, toInputRequest(request)])
  return { ...state, inputRequests: Object.fromEntries(asked) }
}
