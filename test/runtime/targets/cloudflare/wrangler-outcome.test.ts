import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { explainFailure } from '../../../../runtime/targets/cloudflare/wrangler/explain-failure.ts'
import { OUTPUT_FILE, readOutcome } from '../../../../runtime/targets/cloudflare/wrangler/read-outcome.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'mcpwright-outcome-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('what has come of a run of wrangler', () => {
  it('is the version that its output file names', async () => {
    write({ type: 'wrangler-session' }, { type: 'version-upload', version_id: 'v1' })
    expect(await outcomeOf(0, '')).toEqual({ isDone: true, versionId: 'v1' })
  })

  it('is no version of a run that was killed while it wrote', async () => {
    writeFileSync(path.join(folder, OUTPUT_FILE), '{"type":"deploy","versi')
    const outcome = await readOutcome(folder, { exitCode: null, isTimedOut: true, said: '' })
    expect(outcome).toMatchObject({ isDone: false, isPassing: true, message: 'It did not end in time.' })
  })

  it('is final when the token may not do it, and names the permissions that it needs', async () => {
    const failure = await failureOf(403, 'Authentication error [code: 10000]')
    expect(failure).toMatchObject({ code: 'TARGET_FORBIDDEN', fix: expect.stringContaining('Workers Scripts: Edit') })
  })

  it('has the lines of an error that the Worker has thrown', async () => {
    const failure = await failureOf(400, 'Uncaught Error: boom\n    at worker.mjs:1:7 [code: 10021]')
    expect(failure).toMatchObject({
      code: 'TARGET_REFUSED',
      message: expect.stringContaining('boom\nat worker.mjs:1:7'),
    })
  })

  it.each([
    ['429', 'Too Many Requests 429', 'Please wait [code: 971]', { isPassing: true, retryAfterMs: 7000 }],
    ['500 in an envelope', 'Internal Server Error 500', 'unknown [code: 10013]', { isPassing: true }],
    ['a page of a gateway', 'Bad Gateway 502', '<html>Bad gateway</html>', { isPassing: true }],
    ['a cut connection', 'OK 200', 'fetch failed', { isPassing: true, status: 0 }],
    ['a wrong request', 'Bad Request 400', 'bad binding [code: 10021]', { isPassing: false }],
    ['a lost page', 'Not Found 404', 'no such Worker [code: 10007]', { isPassing: false }],
  ])('tells whether the same may go well later: %s', async (_, status, words, expected) => {
    write({
      type: 'command-failed',
      message: 'It failed.',
      ...('retryAfterMs' in expected && { retry_after_ms: 7000 }),
    })
    expect(await outcomeOf(1, said(status, words))).toMatchObject(expected)
  })

  it('says what a person can do when wrangler itself refuses', async () => {
    write({ type: 'command-failed', message: 'This Worker has a pending Durable Object migration.' })
    const failure = await failureOf(0, '')
    expect(failure).toMatchObject({
      code: 'TARGET_REFUSED',
      message: expect.stringContaining('pending Durable Object'),
    })
  })

  it('never shows what is secret', async () => {
    const failure = await failureOf(400, 'bad value hunter2 [code: 10021]', ['hunter2', ''])
    expect(failure.message).toContain('bad value ***')
  })
})

function write(...entries: readonly object[]): void {
  writeFileSync(path.join(folder, OUTPUT_FILE), entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
}

/** As wrangler 4.164 writes it. */
function said(status: string, words: string): string {
  return `-- START CF API RESPONSE: Not Found 404\n-- START CF API RESPONSE: ${status}
✘ [ERROR] A request to the Cloudflare API (/accounts/a/workers/scripts/books) failed.

  ${words}

🪵  Logs were written to "/tmp/logs/wrangler.log"`
}

function outcomeOf(exitCode: number, words: string) {
  return readOutcome(folder, { exitCode, isTimedOut: false, said: words })
}

async function failureOf(status: number, words: string, hidden: readonly string[] = []) {
  const outcome = await outcomeOf(1, status === 0 ? words : said(`Status ${status}`, words))
  if (outcome.isDone) throw new Error('It went well.')
  return explainFailure('take a version of the Worker "books"', outcome, hidden)
}
