import { existsSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { MetaError } from '../errors/meta-error.ts'
import { isInUse } from './daemon-file.ts'

/** Doors of running clients shall not bring back what a person has taken away; the next start of one may. */
export async function markUninstalled(home: string): Promise<void> {
  await writeFile(markOf(home), '', { mode: 0o600 })
}

/** What a door knows of the home that it found. */
export interface InstallationWatch {
  /** @throws MetaError DAEMON_UNAVAILABLE once mcpwright was uninstalled after the door had begun */
  refuseIfGone(): void
  /** A daemon came up: its home is there from now on, or was taken away. */
  noteUse(): void
}

/** A door that begins now is a person's wish to have mcpwright, again if need be. */
export function watchInstallation(home: string): InstallationWatch {
  rmSync(markOf(home), { force: true })
  let wasInUse = isInUse(home)
  return {
    refuseIfGone() {
      if (existsSync(markOf(home)) || (wasInUse && !isInUse(home))) throw uninstalled()
    },
    noteUse: () => void (wasInUse = true),
  }
}

function uninstalled(): MetaError {
  return new MetaError(
    'DAEMON_UNAVAILABLE',
    'mcpwright was uninstalled while this client ran.',
    'Restart the client. To have mcpwright again: mcpwright setup.',
  )
}

function markOf(home: string): string {
  return path.join(home, 'uninstalled')
}
