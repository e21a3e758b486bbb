import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const suite = path.resolve(import.meta.dirname, '../../node_modules/@modelcontextprotocol/conformance/dist/index.js')
const client = `${process.execPath} ${path.resolve(import.meta.dirname, 'connect-client.ts')}`

let slots: string

beforeAll(async () => {
  slots = await mkdtemp(path.join(tmpdir(), 'conformance-slots-'))
})

afterAll(() => rm(slots, { recursive: true }))

/** Extensions and what came after the release are run by the suite, but asked of nobody. */
const REQUIRED = 32

describe.runIf(process.platform === 'linux')('mcpwright connect, as the official suite sees a client,', () => {
  it('passes every scenario that 2026-07-28 requires', async () => {
    const output = await runSuite('--requirements', '2026-07-28')
    const [summary = '', unscored = ''] = output.split('=== SUITE SUMMARY ===')[1]?.split(/^Not scored for/m) ?? []
    const extras = new Set(namesOf(unscored, /^ +[✓✗] (\S+) \(/gm))
    const scored = (mark: string) =>
      namesOf(summary, new RegExp(`^${mark} (\\S+): `, 'gm')).filter((name) => !extras.has(name))
    expect(scored('✗')).toEqual([])
    expect(scored('✓')).toHaveLength(REQUIRED)
  }, 120_000)

  it.each(['initialize', 'sse-retry', 'elicitation-sep1034-client-defaults'])(
    'passes "%s" of 2025-11-25, which 2026-07-28 does not have',
    async (scenario) => {
      expect(await runSuite('--scenario', scenario)).toContain('OVERALL: PASSED')
    },
    60_000,
  )
})

async function runSuite(...words: string[]): Promise<string> {
  return await new Promise((resolve) => {
    const args = [suite, 'client', '--command', client, '--timeout', '100000', ...words]
    const env = { ...process.env, CONFORMANCE_SLOTS: slots }
    // It exits with 1 when a scenario fails; what it printed says which.
    execFile(process.execPath, args, { env, maxBuffer: 50_000_000 }, (_error, stdout, stderr) =>
      resolve(`${stdout}\n${stderr}`),
    )
  })
}

function namesOf(text: string, pattern: RegExp): string[] {
  return Array.from(text.matchAll(pattern), ([, name = '']) => name)
}
