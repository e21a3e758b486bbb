/** What a service manager is to start, and how. All paths are absolute. */
export interface ServicePlan {
  readonly node: string
  readonly launcher: string
  /** Where the daemon's data is; its environment names it, since a service manager knows no other. */
  readonly home: string
  readonly log: string
  /** What a person listed, with its values, and nothing else of their shell. */
  readonly environment: Readonly<Record<string, string>>
}

/** Of the systemd unit, and of the scheduled task. */
export const SERVICE_NAME = 'mcpwright'

/** A daemon that finds another at its data ends with this (EX_TEMPFAIL of sysexits.h), and is started again later. */
export const TRY_AGAIN_EXIT_CODE = 75

/** Between two starts of one that failed. */
export const RESTART_SECONDS = 30

/** Stays when nobody needs it, unlike a daemon that a client started. */
export const DAEMON_WORDS = ['daemon', '--stay'] as const

export function environmentOf({ home, environment }: ServicePlan): Readonly<Record<string, string>> {
  return { MCPWRIGHT_HOME: home, ...environment }
}
