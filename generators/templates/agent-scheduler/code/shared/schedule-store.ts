import type { KeyValueStore } from '../../../../../runtime/library/tool-context.ts'
import type { Schedule } from './schedule.ts'

const PREFIX = 'schedule/'
export const MOST_SCHEDULES = 200

/** By name. */
export async function readSchedules(store: KeyValueStore): Promise<readonly Schedule[]> {
  const entries = await store.entries(PREFIX, { limit: MOST_SCHEDULES })
  return entries.map(({ value }) => value as Schedule)
}

/** @throws Error when there is none of that name */
export async function readSchedule(store: KeyValueStore, name: string): Promise<Schedule> {
  const schedule = (await store.get(PREFIX + name)) as Schedule | null | undefined
  if (!schedule) throw new Error(`There is no schedule "${name}". list_schedules shows those that are there.`)
  return schedule
}

/** @throws Error when the name is taken, or there are too many */
export async function addSchedule(store: KeyValueStore, schedule: Schedule): Promise<void> {
  if ((await store.list(PREFIX)).length >= MOST_SCHEDULES)
    throw new Error(`There are ${MOST_SCHEDULES} schedules already.`)
  if (await store.compareAndSet(PREFIX + schedule.name, null, schedule)) return
  throw new Error(`There is a schedule "${schedule.name}" already. Pick another name, or remove it first.`)
}

/** Puts `changed` in the place of a schedule as it was read; false when another call was faster. */
export async function replaceSchedule(store: KeyValueStore, before: Schedule, changed: Schedule): Promise<boolean> {
  return store.compareAndSet(PREFIX + before.name, before, changed)
}

/** Changes a schedule as it is now, also when other calls change it at the same time. */
export async function changeSchedule(
  store: KeyValueStore,
  name: string,
  change: (schedule: Schedule) => Schedule,
): Promise<Schedule> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const before = await readSchedule(store, name)
    const changed = change(before)
    if (await replaceSchedule(store, before, changed)) return changed
  }
  throw new Error(`Schedule "${name}" is being changed by others all the time. Try again.`)
}

export async function removeSchedule(store: KeyValueStore, name: string): Promise<void> {
  await readSchedule(store, name)
  await store.delete(PREFIX + name)
}
