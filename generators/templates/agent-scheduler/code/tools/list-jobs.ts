import { jobs } from '../shared/jobs.ts'

/** Shows what can recur. */
export default function listJobs(): object {
  return { jobs: Object.entries(jobs).map(([name, { description }]) => ({ name, description })) }
}
