import { workers } from '../shared/workers.ts'

/** Shows who can do what. */
export default function listWorkers(): object {
  return { workers: Object.entries(workers).map(([name, { description }]) => ({ name, description })) }
}
