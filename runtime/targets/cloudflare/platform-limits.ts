import { gzipSync } from 'node:zlib'
import type { ProjectFiles } from '../../../src/model/project-files.ts'

/** Of the platform, as its page on limits has them in November 2026: free plan, then paid. */
const LIMITS = {
  bundleMiB: [3, 10],
  variables: [64, 128],
  crons: [5, 250],
  requestsPerDay: 100_000,
  cpuMs: [10, 30_000],
  subrequests: [50, 10_000],
} as const

export interface Taken {
  readonly modules: ProjectFiles
  readonly variables: number
  readonly secrets: number
  readonly crons: number
}

/** What the platform allows and what of it this takes, each in a line. */
export function limitLines({ modules, variables, secrets, crons }: Taken): string[] {
  const [free, paid] = LIMITS.bundleMiB
  return [
    `Code: ${inKB(gzipBytes(modules))} kB gzip of ${free} MiB (paid plan: ${paid} MiB).`,
    `Variables and secrets: ${variables + secrets} of ${LIMITS.variables[0]} (paid plan: ${LIMITS.variables[1]}).`,
    ...(crons > 0
      ? [`Cron triggers: ${crons} of ${LIMITS.crons[0]} of the account (paid plan: ${LIMITS.crons[1]}).`]
      : []),
    `Free plan: ${LIMITS.requestsPerDay} requests a day over all Workers of the account, ${LIMITS.cpuMs[0]} ms CPU and ${LIMITS.subrequests[0]} subrequests each; paid plan: ${LIMITS.cpuMs[1] / 1_000} s and ${LIMITS.subrequests[1]}.`,
  ]
}

/** What is too large in every plan. */
export function isTooLarge(modules: ProjectFiles): boolean {
  return gzipBytes(modules) > LIMITS.bundleMiB[1] * 1024 * 1024
}

/** The platform counts the modules together. */
export function gzipBytes(modules: ProjectFiles): number {
  return gzipSync(Object.values(modules).join('\n')).length
}

function inKB(bytes: number): string {
  return (bytes / 1_000).toFixed(1)
}
