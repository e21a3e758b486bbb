/** What is to be done, by people or agents. Times are ISO 8601 in UTC. */
export interface Task {
  readonly id: string
  readonly title: string
  readonly status: Status
  /** The agent or person that has claimed it; absent while it is "todo". */
  readonly owner?: string
  readonly details?: string
  /** A day: `2026-03-31`. */
  readonly due_on?: string
  readonly tags: readonly string[]
  readonly notes: readonly Note[]
  readonly created_at: string
  readonly updated_at: string
}

export interface Note {
  readonly at: string
  readonly text: string
}

export type Status = 'todo' | 'in_progress' | 'blocked' | 'done' | 'cancelled'

/** Where a task may go from each status. */
export const transitions: Readonly<Record<Status, readonly Status[]>> = {
  todo: ['in_progress', 'blocked', 'done', 'cancelled'],
  in_progress: ['todo', 'blocked', 'done', 'cancelled'],
  blocked: ['todo', 'in_progress', 'cancelled'],
  done: ['todo'],
  cancelled: ['todo'],
}

/** A task as lists show it. */
export function summaryOf({ id, title, status, owner, due_on, tags, notes }: Task): object {
  const optional = { ...(owner !== undefined && { owner }), ...(due_on !== undefined && { due_on }) }
  return { id, title, status, ...optional, tags, notes: notes.length }
}

/**
 * The task with another status; the one that it has already is no move. Back at "todo" it is nobody's.
 * @throws Error naming the moves that are allowed
 */
export function withStatus(task: Task, status: Status): Task {
  const allowed = transitions[task.status]
  if (task.status !== status && !allowed.includes(status)) {
    throw new Error(`Task "${task.id}" is ${task.status}: it can become ${allowed.join(', ')}, not ${status}.`)
  }
  const { owner: _owner, ...free } = task
  return { ...(status === 'todo' ? free : task), status }
}

const MOST_NOTES = 50

/** The task with one note more. @throws Error when it has no room for it */
export function withNote(task: Task, text: string): Task {
  if (task.notes.length >= MOST_NOTES)
    throw new Error(`Task "${task.id}" has ${MOST_NOTES} notes, and no room for more.`)
  return { ...task, notes: [...task.notes, { at: new Date().toISOString(), text }] }
}

/** @throws Error when there is no such day */
export function checkDay(day: string): string {
  const date = new Date(`${day}T00:00:00Z`)
  if (!Number.isNaN(date.getTime()) && date.toISOString().startsWith(day)) return day
  throw new Error(`"${day}" is no day. Give one like "2026-03-31".`)
}
