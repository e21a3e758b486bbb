import { execFile } from 'node:child_process'
import type { ToolCall } from './service-platform.ts'

export interface ToolAnswer {
  /** 127 where there is no such program, as a shell says. */
  readonly code: number
  readonly output: string
}

const TIMEOUT_MS = 60_000

/** What the platform's tools find their manager, and the person's session, by. */
const NEEDED = ['PATH', 'HOME', 'USER', 'LOGNAME', 'XDG_RUNTIME_DIR', 'XDG_CONFIG_HOME', 'DBUS_SESSION_BUS_ADDRESS']
const NEEDED_ON_WINDOWS = ['SystemRoot', 'USERPROFILE', 'USERNAME', 'USERDOMAIN', 'TEMP']

/** Runs a tool of the platform to its end. */
export function runPlatformTool([command, ...words]: ToolCall, environment: NodeJS.ProcessEnv): Promise<ToolAnswer> {
  const names = [...NEEDED, ...NEEDED_ON_WINDOWS].filter((name) => environment[name] !== undefined)
  const env = { LC_ALL: 'C.UTF-8', ...Object.fromEntries(names.map((name) => [name, environment[name]])) }
  return new Promise((resolve) => {
    execFile(command, words, { env, timeout: TIMEOUT_MS, windowsHide: true }, (error, stdout, stderr) => {
      const output = `${stdout}${stderr}`.trim()
      if (!error) return resolve({ code: 0, output })
      if (error.code === 'ENOENT') return resolve({ code: 127, output: `There is no "${command}" here.` })
      resolve({ code: typeof error.code === 'number' ? error.code : 1, output: output || error.message })
    })
  })
}
