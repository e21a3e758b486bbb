import type { KeyValueStore } from '../../../../../runtime/library/tool-context.ts'
import type { Task } from './task.ts'

const PREFIX = 'task/'
/** A task may have many notes, and a page is handed over whole. */
const PAGE = 50

/** One key a task. Ids begin with the time, so that keys are in the order in which tasks were made. */
export function newTaskId(now: Date): string {
  return `${now.getTime().toString(36).padStart(9, '0')}-${crypto.randomUUID().slice(0, 8)}`
}

/** @throws Error when there is none of that id */
export async function readTask(store: KeyValueStore, id: string): Promise<Task> {
  const task = (await store.get(PREFIX + id)) as Task | null | undefined
  if (!task) throw new Error(`There is no task "${id}". list_tasks shows those that are there.`)
  return task
}

export async function addTask(store: KeyValueStore, task: Task): Promise<void> {
  if (!(await store.compareAndSet(PREFIX + task.id, null, task))) throw new Error(`The id "${task.id}" is taken.`)
}

/**
 * Changes a task as it is now: when another call has changed it in between, it is read and changed again, so that
 * neither write is lost.
 * @param change  gives the new task, or throws when that is not possible
 */
export async function changeTask(store: KeyValueStore, id: string, change: (task: Task) => Task): Promise<Task> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const task = await readTask(store, id)
    const changed = { ...change(task), updated_at: new Date().toISOString() }
    if (await store.compareAndSet(PREFIX + id, task, changed)) return changed
  }
  throw new Error(`Task "${id}" is being changed by others all the time. Try again.`)
}

/** @returns the task as it was */
export async function removeTask(store: KeyValueStore, id: string): Promise<Task> {
  const task = await readTask(store, id)
  await store.delete(PREFIX + id)
  return task
}

/**
 * Tasks in the order in which they were made.
 * @param after  the id of the last task of the page before
 * @returns at most `limit`; `more` is the id to go on from, absent at the end
 */
export async function findTasks(
  store: KeyValueStore,
  fits: (task: Task) => boolean,
  { after = '', limit }: { readonly after?: string; readonly limit: number },
): Promise<{ readonly tasks: readonly Task[]; readonly more?: string }> {
  const tasks: Task[] = []
  let last = PREFIX + after
  // A call may ask its host a hundred times.
  for (let page = 0; page < 90; page++) {
    const entries = await store.entries(PREFIX, { after: last, limit: PAGE })
    for (const { key, value } of entries) {
      const task = value as Task
      if (fits(task) && tasks.push(task) > limit)
        return { tasks: tasks.slice(0, limit), more: last.slice(PREFIX.length) }
      last = key
    }
    if (entries.length < PAGE) return { tasks }
  }
  return { tasks, more: last.slice(PREFIX.length) }
}
