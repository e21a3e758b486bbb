/** `npm run bench:answers`: times every answer that needs no build, prints, and writes bench/answers/RESULTS.md. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { makeTemplate } from '../../src/queue/make-template.ts'
import { resultsPage } from '../results.ts'
import { openFilledHome } from './fill-home.ts'
import { measureAnswers } from './measure-answers.ts'

const [loadBefore = 0] = loadavg()
const templates = mkdtempSync(path.join(tmpdir(), 'mcpwright-templates-'))
try {
  await makeTemplate(templates)
  await using home = await openFilledHome(templates)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void Promise.resolve(home[Symbol.asyncDispose]()).finally(() => process.exit(1)))
  }
  const paced = await measureAnswers(home.folder, { runs: 3, calls: 20, pauseMs: 100 })
  const flat = await measureAnswers(home.folder, { runs: 3, calls: 20, pauseMs: 0 })
  const sections = [
    {
      title: '20 clients, each with ten calls a second',
      figures: paced,
      note: 'Two hundred calls a second together: more than 20 models make. The load comes from the same machine.',
    },
    {
      title: '20 clients, each with its next call as soon as it has an answer',
      figures: flat.map(({ limit: _limit, ...figure }) => figure),
      note: 'How far one database connection and one event loop carry: 20 divided by the p50 is the calls a second.',
    },
  ]
  const page = resultsPage(sections, loadBefore, 'npm run bench:answers')
  writeFileSync(path.join(import.meta.dirname, 'RESULTS.md'), page)
  console.log(page)
} finally {
  rmSync(templates, { recursive: true, force: true })
}
