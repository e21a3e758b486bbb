import { readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'

/** Whose configuration files are looked for, and where. */
export interface Machine {
  readonly platform: NodeJS.Platform
  /** The person's own folder. */
  readonly home: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The names of the folders in a folder; none where there is no such folder. */
  readonly foldersIn: (parent: string) => readonly string[]
}

export function thisMachine(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): Machine {
  const home = (platform === 'win32' ? environment.USERPROFILE : environment.HOME) || homedir()
  return { platform, home, environment, foldersIn }
}

/** A path below the person's own folder, in the platform's own form. */
export function inHome({ platform, home }: Machine, ...names: readonly string[]): string {
  return joinFor(platform, home, ...names)
}

/** A path below the folder where a desktop program of this platform keeps its settings. */
export function inApplicationData(machine: Machine, ...names: readonly string[]): string {
  return joinFor(machine.platform, applicationData(machine), ...names)
}

/** %APPDATA%, ~/Library/Application Support, or XDG Base Directory Specification 0.8. */
function applicationData(machine: Machine): string {
  const { platform, environment } = machine
  if (platform === 'win32') return environment['APPDATA'] || inHome(machine, 'AppData', 'Roaming')
  if (platform === 'darwin') return inHome(machine, 'Library', 'Application Support')
  return environment['XDG_CONFIG_HOME'] || inHome(machine, '.config')
}

export function joinFor(platform: NodeJS.Platform, ...names: readonly string[]): string {
  return platform === 'win32' ? path.win32.join(...names) : path.posix.join(...names)
}

export function folderOf(platform: NodeJS.Platform, file: string): string {
  return platform === 'win32' ? path.win32.dirname(file) : path.posix.dirname(file)
}

function foldersIn(parent: string): string[] {
  try {
    return readdirSync(parent, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
  } catch {
    // Whoever has no such folder has none of these programs in it.
    return []
  }
}
