import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server'
import { isInputNeeded } from '../input-needed.ts'
import type { InputRequest } from '../tool-context.ts'
import type { ToolResult } from '../tool-result.ts'
import type { ClientSide } from '../wire.ts'
import type { Answers } from './input-rounds.ts'

/** How long a task can be asked about, from its creation. */
const TASK_TTL_MS = 3_600_000
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

/** The call that goes on: all that its code needs to run again. JSON. */
export interface TaskCall {
  readonly tool: string
  readonly input: unknown
  readonly client: ClientSide
}

/** A task with what it takes to go on with it elsewhere. JSON. */
export interface KeptTask {
  readonly state: TaskState
  readonly call: TaskCall
}

/** Runs the tool's code, from its beginning, with the answers so far. */
export type TaskRun = (answers: Answers, signal: AbortSignal) => Promise<ToolResult>

interface Task {
  state: TaskState
  call: TaskCall
  readonly cancelling: AbortController
  readonly run: TaskRun
}

export interface NewTask {
  readonly call: TaskCall
  /** Its first run. */
  readonly running: Promise<ToolResult>
  readonly run: TaskRun
  readonly cancelling: AbortController
}

/** Tasks that run in this process. */
export interface TaskStore {
  /**
   * Keeps a call that goes on.
   * @returns undefined when too many are kept already
   */
  create(task: NewTask): TaskState | undefined
  /** Puts back a task of an earlier process. What ran there is lost: it fails, unless it waits for answers. */
  restore(task: KeptTask, run: TaskRun): void
  /** @throws ProtocolError -32602 for an unknown one */
  get(taskId: string): TaskState
  /** Takes answers; once none is missing, the code runs again. Unknown names are ignored. */
  answer(taskId: string, answers: Answers): void
  /** A task that has ended stays as it is. */
  cancel(taskId: string): void
  /** Of those that can no longer be asked about; what still runs of them is stopped. */
  forgetExpired(): void
}

export interface TaskStoreOptions {
  /** Milliseconds since 1970. */
  readonly now?: () => number
  readonly newId?: () => string
  /** Told of a task before anybody hears of its new state. */
  readonly keep?: (task: KeptTask) => void
}

export function createTaskStore({
  now = Date.now,
  newId = () => crypto.randomUUID(),
  keep,
}: TaskStoreOptions = {}): TaskStore {
  const tasks = new Map<string, Task>()
  const isExpired = (state: TaskState) => expiryOf(state) <= now()
  const timestamp = () => new Date(now()).toISOString()

  function find(taskId: string): Task {
    const task = tasks.get(taskId)
    if (task && !isExpired(task.state)) return task
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no task "${taskId}".`)
  }

  function change(task: Task, changed: Change): void {
    const { result: _result, error: _error, inputRequests: _requests, ...kept } = task.state
    task.state = { ...kept, ...changed, lastUpdatedAt: timestamp() }
    keep?.(task)
  }

  /** What one run comes to is what the task comes to, unless it was cancelled meanwhile. */
  async function follow(task: Task, running: Promise<ToolResult>): Promise<void> {
    const changed = await outcomeOf(running)
    if (!hasEnded(task.state) && tasks.has(task.state.taskId)) change(task, changed)
  }

  function forgetExpired(): void {
    for (const [taskId, { state, cancelling }] of tasks) {
      if (!isExpired(state)) continue
      tasks.delete(taskId)
      cancelling.abort(new DOMException('This task has run out.', 'TimeoutError'))
    }
  }

  return {
    create({ call, running, run, cancelling }) {
      forgetExpired()
      if (tasks.size >= MOST_TASKS) return undefined
      const createdAt = timestamp()
      const times = { createdAt, lastUpdatedAt: createdAt, ttlMs: TASK_TTL_MS, pollIntervalMs: POLL_MS }
      const task: Task = { state: { taskId: newId(), status: 'working', ...times }, call, cancelling, run }
      tasks.set(task.state.taskId, task)
      keep?.(task)
      void follow(task, running)
      return task.state
    },
    restore({ state, call }, run) {
      const task: Task = { state, call, cancelling: new AbortController(), run }
      tasks.set(state.taskId, task)
      if (state.status === 'working') change(task, { status: 'failed', error: LOST })
    },
    get: (taskId) => find(taskId).state,
    answer(taskId, answers) {
      const task = find(taskId)
      if (task.state.status !== 'input_required') return
      const asked = Object.entries(task.state.inputRequests ?? {})
      const { client } = task.call
      const given = { ...client.answers, ...Object.fromEntries(asked.flatMap(([name]) => pick(answers, name))) }
      task.call = { ...task.call, client: { ...client, answers: given } }
      const missing = asked.filter(([name]) => !Object.hasOwn(given, name))
      if (missing.length > 0)
        return change(task, { status: 'input_required', inputRequests: Object.fromEntries(missing) })
      change(task, { status: 'working' })
      void follow(task, task.run(given, task.cancelling.signal))
    },
    cancel(taskId) {
      const task = find(taskId)
      if (hasEnded(task.state)) return
      change(task, { status: 'cancelled' })
      task.cancelling.abort(new DOMException('The client cancelled this task.', 'AbortError'))
    },
    forgetExpired,
  }
}

type Change = Pick<TaskState, 'status' | 'result' | 'error' | 'inputRequests'>

const LOST = {
  code: ProtocolErrorCode.InternalError,
  message:
    'Where this task ran was restarted in the middle of it. What it had done by then stays done; call the tool again.',
}

async function outcomeOf(running: Promise<ToolResult>): Promise<Change> {
  try {
    return { status: 'completed', result: await running }
  } catch (error) {
    if (isInputNeeded(error)) return { status: 'input_required', inputRequests: error.requests }
    const code = error instanceof ProtocolError ? error.code : ProtocolErrorCode.InternalError
    const message = error instanceof Error ? error.message : String(error)
    return { status: 'failed', error: { code, message } }
  }
}

function hasEnded({ status }: Pick<TaskState, 'status'>): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled'
}

function pick(answers: Answers, name: string): (readonly [string, Answers[string]])[] {
  const answer = Object.hasOwn(answers, name) ? answers[name] : undefined
  return answer ? [[name, answer]] : []
}

/** When a task is no longer known, in milliseconds since 1970. */
export function expiryOf({ createdAt, ttlMs }: Pick<TaskState, 'createdAt' | 'ttlMs'>): number {
  return Date.parse(createdAt) + ttlMs
}
