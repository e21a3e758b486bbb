import { existsSync } from 'node:fs'
import { copyFile, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { loadConfig } from '../config/load-config.ts'
import { askDaemon } from '../daemon/ask-daemon.ts'
import { ensureDaemon } from '../daemon/ensure-daemon.ts'
import { MetaError } from '../errors/meta-error.ts'
import { readAnswer } from './read-answer.ts'
import type { Terminal } from './terminal.ts'

/** A large history takes its time. */
const TIMEOUT_MS = 10 * 60_000

/**
 * Writes everything but the master key into one private file: servers, their versions, history, and secrets, encrypted.
 * @throws MetaError ARGUMENTS_INVALID when the file is there already
 */
export async function backUp(
  file: string,
  { force }: { readonly force?: boolean },
  environment: NodeJS.ProcessEnv,
  terminal: Terminal,
): Promise<void> {
  const target = path.resolve(file)
  if (existsSync(target) && !force)
    throw new MetaError('ARGUMENTS_INVALID', `"${target}" is there already.`, 'Give another name, or add --force.')
  const config = loadConfig(environment)
  const daemon = await ensureDaemon(config, environment)
  const answer = await askDaemon(daemon, '/control/backup', { method: 'POST', timeoutMs: TIMEOUT_MS })
  await move(readAnswer<{ file: string }>(answer).file, target)
  const key = config.masterKey !== undefined ? 'MCPWRIGHT_MASTER_KEY' : path.join(config.home, 'master-key')
  terminal.say(
    `Everything is in ${target}.\nIts secrets are encrypted; the key is not in it: keep a copy of ${key} in another place.`,
  )
}

/** Another disk takes no rename. */
async function move(from: string, to: string): Promise<void> {
  try {
    await rename(from, to)
  } catch {
    await copyFile(from, to)
    await rm(from)
  }
}
