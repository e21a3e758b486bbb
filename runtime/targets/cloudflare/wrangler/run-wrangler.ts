import { stripVTControlCharacters } from 'node:util'
import { MetaError } from '../../../../src/errors/meta-error.ts'
import type { Child } from '../../../../bridge/serve/child.ts'
import { startCommand } from '../../../supervisor/start-command.ts'

export interface WranglerRun {
  /** Path of its `cli.js`. */
  readonly program: string
  readonly words: readonly string[]
  readonly folder: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

export interface EndedRun {
  /** Null when it was killed. */
  readonly exitCode: number | null
  /** The time limit has passed. */
  readonly isTimedOut: boolean
  /** What it said, without colours: the last 64 KiB. */
  readonly said: string
}

const OUTPUT_CHARACTERS = 64 * 1024
/** It takes about 150 MiB; an upload is in its memory a few times. */
const MEMORY_MIB = 1024

/**
 * Runs wrangler once, to its end. It and all that it starts are killed at an abort, at the limit, and when it ends.
 * @throws the signal's reason; MetaError TARGET_TOOL_MISSING when it can't be started
 */
export async function runWrangler({ program, words, folder, env, timeoutMs, signal }: WranglerRun): Promise<EndedRun> {
  const args = ['--no-warnings', program, ...words, '--cwd', folder]
  const child = await start(args, env)
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  const kill = () => void child.stop(0)
  limit.addEventListener('abort', kill)
  try {
    if (limit.aborted) kill()
    const [output, complaints, { code }] = await Promise.all([
      readTail(child.stdout),
      readTail(child.stderr),
      child.exited,
    ])
    signal.throwIfAborted()
    return { exitCode: code, isTimedOut: limit.aborted, said: stripVTControlCharacters(`${output}\n${complaints}`) }
  } finally {
    limit.removeEventListener('abort', kill)
    await child.stop(0)
  }
}

async function start(args: readonly string[], env: WranglerRun['env']): Promise<Child> {
  try {
    const child = await startCommand({ command: process.execPath, args, env, memoryMiB: MEMORY_MIB })
    child.stdin.end()
    return child
  } catch (error) {
    throw new MetaError(
      'TARGET_TOOL_MISSING',
      `wrangler could not be started: ${error instanceof Error ? error.message : String(error)}`,
      'See that this machine has memory and processes left, then deploy again.',
      { cause: error },
    )
  }
}

async function readTail(stream: NodeJS.ReadableStream): Promise<string> {
  let tail = ''
  stream.setEncoding('utf8')
  try {
    for await (const text of stream) tail = (tail + String(text)).slice(-OUTPUT_CHARACTERS)
  } catch {
    // It was killed: what it said until then is all there is.
  }
  return tail
}
