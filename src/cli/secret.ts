import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { loadConfig } from '../config/load-config.ts'
import { askDaemon } from '../daemon/ask-daemon.ts'
import { ensureDaemon } from '../daemon/ensure-daemon.ts'
import type { ErrorCode } from '../errors/codes.ts'
import { MetaError } from '../errors/meta-error.ts'

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
  const body: { host?: string; title?: string; detail?: string; fix?: string } = { ...Object(answer?.body) }
  if (answer?.status === 200) return console.log(`${name} is set for "${server}"; it is sent to ${body.host} only.`)
  // Our own daemon writes its errors as problem+json with a code of the list.
  const code = (body.title ?? 'DAEMON_UNAVAILABLE') as ErrorCode
  throw new MetaError(code, body.detail ?? 'The daemon did not answer.', body.fix ?? 'Run "mcpwright doctor".')
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
