import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server'
import { isInputNeeded } from '../input-needed.ts'
import type { InputRequest } from '../tool-context.ts'
import type { ToolResult } from '../tool-result.ts'
import type { Answers } from './input-rounds.ts'

/** How long a task can be asked about, from its creation. */
const TTL_MS = 3_600_000
const POLL_MS = 500
const MOST_TASKS = 1_000

/** One task as tasks/get shows it. */
export interface TaskState {
  readonly taskId: string
  readonly status: 'working' | 'input_required' | 'completed' | 'failed' | 'cancelled'
  /** What goes on, for people. */
  readonly statusMessage?: string
  readonly createdAt: string
  readonly lastUpdatedAt: string
  readonly ttlMs: number
  readonly pollIntervalMs: number
  readonly result?: ToolResult
  readonly error?: { readonly code: number; readonly message: string }
  readonly inputRequests?: Readonly<Record<string, InputRequest>>
}

/** Runs the tool's code, from its beginning, with the answers so far. */
export type TaskRun = (answers: Answers, signal: AbortSignal) => Promise<ToolResult>

interface Task {
  state: TaskState
  answers: Answers
  readonly cancelling: AbortController
  readonly run: TaskRun
}

/** The tasks of one process; they end with it. */
export interface TaskStore {
  /**
   * Keeps a call that goes on: `running` is its first run.
   * @returns undefined when too many are kept already
   */
  create(
    running: Promise<ToolResult>,
    run: TaskRun,
    answers: Answers,
    cancelling: AbortController,
  ): TaskState | undefined
  /** @throws ProtocolError -32602 for an unknown one */
  get(taskId: string): TaskState
  /** Takes answers; once none is missing, the code runs again. Unknown names are ignored. */
  answer(taskId: string, answers: Answers): void
  /** A task that has ended stays as it is. */
  cancel(taskId: string): void
}

export function createTaskStore(): TaskStore {
  const tasks = new Map<string, Task>()

  function find(taskId: string): Task {
    const task = tasks.get(taskId)
    if (task && Date.parse(task.state.createdAt) + TTL_MS > Date.now()) return task
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no task "${taskId}".`)
  }

  return {
    create(running, run, answers, cancelling) {
      forgetExpired(tasks)
      if (tasks.size >= MOST_TASKS) return undefined
      const now = new Date().toISOString()
      const times = { createdAt: now, lastUpdatedAt: now, ttlMs: TTL_MS, pollIntervalMs: POLL_MS }
      const task: Task = {
        state: { taskId: crypto.randomUUID(), status: 'working', ...times },
        answers,
        cancelling,
        run,
      }
      tasks.set(task.state.taskId, task)
      void follow(task, running)
      return task.state
    },
    get: (taskId) => find(taskId).state,
    answer(taskId, answers) {
      const task = find(taskId)
      if (task.state.status !== 'input_required') return
      const asked = Object.entries(task.state.inputRequests ?? {})
      task.answers = { ...task.answers, ...Object.fromEntries(asked.flatMap(([name]) => pick(answers, name))) }
      const missing = asked.filter(([name]) => !Object.hasOwn(task.answers, name))
      if (missing.length > 0)
        return change(task, { status: 'input_required', inputRequests: Object.fromEntries(missing) })
      change(task, { status: 'working' })
      void follow(task, task.run(task.answers, task.cancelling.signal))
    },
    cancel(taskId) {
      const task = find(taskId)
      if (hasEnded(task)) return
      change(task, { status: 'cancelled' })
      task.cancelling.abort(new DOMException('The client cancelled this task.', 'AbortError'))
    },
  }
}

/** What one run came to is what the task comes to, unless it was cancelled meanwhile. */
async function follow(task: Task, running: Promise<ToolResult>): Promise<void> {
  try {
    const result = await running
    if (!hasEnded(task)) change(task, { status: 'completed', result })
  } catch (error) {
    if (hasEnded(task)) return
    if (isInputNeeded(error)) return change(task, { status: 'input_required', inputRequests: error.requests })
    const code = error instanceof ProtocolError ? error.code : ProtocolErrorCode.InternalError
    const message = error instanceof Error ? error.message : String(error)
    change(task, { status: 'failed', error: { code, message } })
  }
}

type Change = Pick<TaskState, 'status' | 'result' | 'error' | 'inputRequests'>

function change(task: Task, changed: Change): void {
  const { result: _result, error: _error, inputRequests: _requests, ...kept } = task.state
  task.state = { ...kept, ...changed, lastUpdatedAt: new Date().toISOString() }
}

function hasEnded({ state: { status } }: Task): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled'
}

function pick(answers: Answers, name: string): (readonly [string, Answers[string]])[] {
  const answer = Object.hasOwn(answers, name) ? answers[name] : undefined
  return answer ? [[name, answer]] : []
}

function forgetExpired(tasks: Map<string, Task>): void {
  for (const [taskId, { state }] of tasks) {
    if (Date.parse(state.createdAt) + TTL_MS <= Date.now()) tasks.delete(taskId)
  }
}
