import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { ApiProblem } from '../api/api-failure.ts'
import type { EndedRun } from './run-wrangler.ts'

/** Where wrangler writes what it has done, a JSON object a line. */
export const OUTPUT_FILE = 'output.ndjson'

export type Outcome = { readonly isDone: true; readonly versionId: string | undefined } | FailedRun

export interface FailedRun {
  readonly isDone: false
  /** Of the answer that it failed with; 0 when none came or it asked for nothing. */
  readonly status: number
  /** What the API said no with. */
  readonly problems: readonly ApiProblem[]
  /** wrangler's own words. */
  readonly message: string
  /** The same may go well later. */
  readonly isPassing: boolean
  readonly retryAfterMs: number | undefined
}

/** What has come of a run: from its output file, and for failures from its words. */
export async function readOutcome(folder: string, ended: EndedRun): Promise<Outcome> {
  const entries = await readEntries(path.join(folder, OUTPUT_FILE))
  const versionId = entries.find(({ version_id: id }) => typeof id === 'string')?.version_id
  if (ended.exitCode === 0) return { isDone: true, versionId }
  const failed = entries.find(({ type }) => type === 'command-failed')
  const problems = problemsIn(ended.said)
  const status = lastRefusal(ended.said)
  const isCut = ended.isTimedOut || ended.said.includes('fetch failed')
  return {
    isDone: false,
    status: isCut ? 0 : status,
    problems: isCut ? [] : problems,
    message: ended.isTimedOut ? 'It did not end in time.' : (failed?.message ?? firstError(ended.said)),
    isPassing: isCut || status === 429 || status >= 500,
    retryAfterMs: failed?.retry_after_ms,
  }
}

/** wrangler's source, packages/workers-utils/src/output.ts. */
interface OutputEntry {
  readonly type: string
  readonly version_id?: string
  readonly message?: string
  readonly retry_after_ms?: number
}

async function readEntries(file: string): Promise<readonly OutputEntry[]> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return text.split('\n').flatMap((line) => {
    try {
      // wrangler wrote it; a killed one may have left half a line.
      return [JSON.parse(line) as OutputEntry]
    } catch {
      return []
    }
  })
}

/**
 * `  Authentication error [code: 10000]` after `✘ [ERROR] A request to the Cloudflare API (…) failed.`; an error of the
 * Worker itself takes several lines.
 */
export function problemsIn(said: string): ApiProblem[] {
  const lines = said.split('\n').map((line) => line.trim())
  const start = lines.findIndex((line) => line.includes('[ERROR]'))
  const problems: ApiProblem[] = []
  let words: string[] = []
  for (const line of start === -1 ? [] : lines.slice(start + 1)) {
    const code = /\[code: (\d+)\]$/.exec(line)
    if (line !== '') words.push(code ? line.slice(0, code.index).trim() : line)
    if (!code) continue
    problems.push({ code: Number(code[1]), message: words.join('\n') })
    words = []
  }
  return problems
}

function firstError(said: string): string {
  const error = said.split('\n').find((line) => line.includes('[ERROR]'))
  return error?.slice(error.indexOf('[ERROR]') + '[ERROR]'.length).trim() ?? 'It ended without a word.'
}

/** wrangler names the status of each answer: `-- START CF API RESPONSE: Bad Gateway 502`; the last that is no success. */
function lastRefusal(said: string): number {
  const marks = said.split('\n').filter((line) => line.includes('-- START CF API RESPONSE:'))
  const statuses = marks.map((line) => Number(line.trim().slice(line.trim().lastIndexOf(' ') + 1)))
  return statuses.findLast((status) => status >= 400) ?? 0
}
