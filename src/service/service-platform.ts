import { inApplicationData, inHome, joinFor, type Machine } from '../config/machine.ts'
import { LAUNCHD_LABEL, writeLaunchdPlist } from './launchd-plist.ts'
import { SERVICE_NAME, type ServicePlan } from './service-plan.ts'
import { writeEnvironmentFile, writeScheduledTask } from './scheduled-task.ts'
import { writeSystemdUnit } from './systemd-unit.ts'

/** A program and its words. */
export type ToolCall = readonly [string, ...string[]]

export interface ServiceFile {
  readonly file: string
  readonly text: string
  readonly encoding: 'utf8' | 'utf16le'
}

/** What starts programs at login on one platform. */
export interface ServicePlatform {
  readonly title: string
  /** The definition; where it is, the service is installed. */
  readonly file: string
  files(plan: ServicePlan): readonly ServiceFile[]
  /** Paths that `files` writes. */
  readonly written: readonly string[]
  /** Run before an installation, whatever they say: an older service of ours may be loaded. */
  readonly clear: readonly ToolCall[]
  /** Run in this order; the first that fails is told. */
  readonly install: readonly ToolCall[]
  readonly remove: readonly ToolCall[]
  /** Its first line, or its exit code, says whether the service runs. */
  readonly status: ToolCall
  /** Says whether it also runs before somebody logs in; `unless` is the answer that needs no advice. */
  readonly advice?: { readonly ask: ToolCall; readonly unless: string; readonly say: string }
}

export interface Person {
  readonly name: string
  /** Of a POSIX system; 0 elsewhere. */
  readonly uid: number
}

/**
 * @param home  of mcpwright's data
 * @returns undefined for a platform without one that we know
 */
export function servicePlatformOf(machine: Machine, person: Person, home: string): ServicePlatform | undefined {
  switch (machine.platform) {
    case 'linux':
      return systemd(machine, person)
    case 'darwin':
      return launchd(machine, person)
    case 'win32':
      return taskScheduler(person, home)
    default:
      return undefined
  }
}

function systemd(machine: Machine, { name }: Person): ServicePlatform {
  const file = inApplicationData(machine, 'systemd', 'user', `${SERVICE_NAME}.service`)
  const unit = `${SERVICE_NAME}.service`
  return {
    title: 'systemd',
    file,
    files: (plan) => [{ file, text: writeSystemdUnit(plan), encoding: 'utf8' }],
    written: [file],
    clear: [],
    install: [
      ['systemctl', '--user', 'daemon-reload'],
      ['systemctl', '--user', 'enable', unit],
      ['systemctl', '--user', 'restart', unit],
    ],
    remove: [['systemctl', '--user', 'disable', '--now', unit]],
    status: ['systemctl', '--user', 'is-active', unit],
    advice: {
      ask: ['loginctl', 'show-user', name, '--property=Linger', '--value'],
      unless: 'yes',
      say: `It starts at your login and ends at your logout. To have it from boot on: loginctl enable-linger ${name}`,
    },
  }
}

function launchd(machine: Machine, { uid }: Person): ServicePlatform {
  const file = inHome(machine, 'Library', 'LaunchAgents', `${LAUNCHD_LABEL}.plist`)
  return {
    title: 'launchd',
    file,
    files: (plan) => [{ file, text: writeLaunchdPlist(plan), encoding: 'utf8' }],
    written: [file],
    clear: [['launchctl', 'bootout', `gui/${uid}/${LAUNCHD_LABEL}`]],
    install: [
      ['launchctl', 'bootstrap', `gui/${uid}`, file],
      ['launchctl', 'kickstart', '-k', `gui/${uid}/${LAUNCHD_LABEL}`],
    ],
    remove: [['launchctl', 'bootout', `gui/${uid}/${LAUNCHD_LABEL}`]],
    status: ['launchctl', 'print', `gui/${uid}/${LAUNCHD_LABEL}`],
  }
}

function taskScheduler({ name }: Person, home: string): ServicePlatform {
  const file = joinFor('win32', home, 'service.xml')
  const environmentFile = joinFor('win32', home, 'service.env')
  return {
    title: 'Task Scheduler',
    file,
    files: (plan) => [
      // Task Scheduler wants the byte order mark.
      { file, text: `\u{feff}${writeScheduledTask(plan, environmentFile, name)}`, encoding: 'utf16le' },
      { file: environmentFile, text: writeEnvironmentFile(plan), encoding: 'utf8' },
    ],
    written: [file, environmentFile],
    clear: [],
    install: [
      ['schtasks.exe', '/Create', '/TN', SERVICE_NAME, '/XML', file, '/F'],
      ['schtasks.exe', '/Run', '/TN', SERVICE_NAME],
    ],
    remove: [['schtasks.exe', '/Delete', '/TN', SERVICE_NAME, '/F']],
    status: ['schtasks.exe', '/Query', '/TN', SERVICE_NAME],
  }
}
