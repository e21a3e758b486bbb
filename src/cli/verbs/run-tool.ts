import { openMetaSession, type MetaSession, type ToolResult } from './meta-session.ts'
import { openProgressLine } from './progress-line.ts'
import { renderResult } from './render-result.ts'
import { verbs } from './verb.ts'
import { agree, type Terminal } from '../terminal.ts'

export interface RunOptions {
  /** What the tool answers as data, on one line. */
  readonly json?: boolean | undefined
  /** Destroys without asking. */
  readonly yes?: boolean | undefined
  readonly environment: NodeJS.ProcessEnv
  readonly terminal: Terminal
}

/** Writes a result that went well, in its own way. */
export type Show = (result: ToolResult, terminal: Terminal) => Promise<void> | void

/**
 * Calls a meta tool, waits as long as it takes, and prints what it answers.
 * @returns the exit code: 1 when the tool says that it failed
 */
export async function runTool(
  tool: string,
  input: Readonly<Record<string, unknown>>,
  options: RunOptions,
  show: Show = showText,
): Promise<number> {
  const { json, terminal } = options
  await using session = await openSession(options)
  const result = await callToTheEnd(session, tool, input)
  if (json) terminal.say(JSON.stringify(result.structuredContent ?? { content: result.content }))
  else if (result.isError) showError(result)
  else await show(result, terminal)
  return result.isError ? 1 : 0
}

export function openSession({ yes, environment, terminal }: Omit<RunOptions, 'json'>): Promise<MetaSession> {
  const isAnswered = yes === true || terminal.asks
  return openMetaSession(environment, {
    ...(isAnswered && { agree: (question: string) => agree(terminal, question, yes) }),
    showPage: (url, message) => process.stderr.write(`${message}\n${url}\n`),
  })
}

/** Work that goes on after its answer is attached to by the same call. Ctrl-C cancels it. */
async function callToTheEnd(
  session: MetaSession,
  tool: string,
  input: Readonly<Record<string, unknown>>,
): Promise<ToolResult> {
  const line = await openProgressLine(process.stderr)
  const leaving = new AbortController()
  const leave = (): void => leaving.abort()
  process.once('SIGINT', leave)
  try {
    for (;;) {
      const result = await session.call(tool, input, (progress) => line.show(progress), leaving.signal)
      if (!goesOn(result)) return result
    }
  } catch (error) {
    if (!leaving.signal.aborted) throw error
    line.end()
    process.exit(INTERRUPTED)
  } finally {
    process.removeListener('SIGINT', leave)
    line.end()
  }
}

/** 128 and the number of SIGINT, as shells have it. */
const INTERRUPTED = 130

function goesOn({ isError, structuredContent }: ToolResult): boolean {
  return !isError && structuredContent?.status === 'running' && 'job' in structuredContent
}

function showText(result: ToolResult, terminal: Terminal): void {
  const { text, next } = renderResult(result, verbs)
  terminal.say([text, ...next.map((command) => `Next: ${command}`)].join('\n'))
}

function showError(result: ToolResult): void {
  const { text, next } = renderResult(result, verbs)
  console.error([text, ...next.map((command) => `Next: ${command}`)].join('\n'))
}
