import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { loadConfig } from '../config/load-config.ts'
import { askDaemon } from '../daemon/ask-daemon.ts'
import { ensureDaemon } from '../daemon/ensure-daemon.ts'
import type { Rotation } from '../secrets/rotate-secrets.ts'
import { readAnswer } from './read-answer.ts'

/** Enters a secret for a server. The value comes from the terminal, unseen, or from standard input. */
export async function setSecret(
  name: string,
  { server, host }: { server: string; host?: string },
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const daemon = await ensureDaemon(loadConfig(environment), environment)
  const value = process.stdin.isTTY ? await askUnseen(`${name}: `) : (await text(process.stdin)).trim()
  const answer = await askDaemon(daemon, `/servers/${encodeURIComponent(server)}/secrets`, {
    method: 'PUT',
    body: JSON.stringify({ name, value, host }),
    timeoutMs: 20_000,
  })
  const { host: bound } = readAnswer<{ host?: string }>(answer)
  console.log(`${name} is set for "${server}"; it is sent to ${bound} only.`)
}

/** Encrypts all secrets with a new master key. */
export async function rotateSecrets(environment: NodeJS.ProcessEnv): Promise<void> {
  const daemon = await ensureDaemon(loadConfig(environment), environment)
  const answer = await askDaemon(daemon, '/secrets/rotate', { method: 'POST', timeoutMs: 10 * 60_000 })
  const { rotated = 0, unreadable = 0 } = readAnswer<Partial<Rotation>>(answer)
  console.log(`${rotated} secrets are encrypted with the new master key.`)
  if (unreadable > 0) console.log(`${unreadable} could not be read with any known key; enter those again.`)
}

async function askUnseen(question: string): Promise<string> {
  process.stderr.write(question)
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const terminal = createInterface({ input: process.stdin, output: nowhere, terminal: true })
  const value = await terminal.question('')
  terminal.close()
  process.stderr.write('\n')
  return value.trim()
}
