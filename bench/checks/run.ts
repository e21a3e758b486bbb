/**
 * `npm run bench:checks [-- <folder>]`: how often the security rules are wrong about 1,000 operations of real
 * descriptions, and how long the rules take for GitHub's; prints, and writes bench/checks/RESULTS.md. A folder given
 * has the packages of bench/openapi/packages.ts installed already.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { importers } from '../../generators/importers/index.ts'
import { checkDefinition } from '../../src/checks/check-definition.ts'
import { gradeServer } from '../../src/checks/grade-server.ts'
import { findCommand } from '../../src/checks/security/find-command.ts'
import { hiddenPart } from '../../src/checks/security/concealment.ts'
import { sampleDefinition } from '../../src/pipeline/check-code.ts'
import { toTool } from '../../src/pipeline/import-tool.ts'
import { findKey } from '../../src/secrets/key-patterns.ts'
import { checkout } from '../bench-home.ts'
import { median } from '../figure.ts'
import { descriptionFiles, openPackages } from '../openapi/packages.ts'
import { type SampledOperation, sampleOperations } from './sample-operations.ts'

const WANTED = 1_000
const RUNS = 5

await using packages = await openPackages(process.argv[2])
const sample = await sampleOperations(descriptionFiles(packages.folder), WANTED)
const imported = sample.filter(({ operation }) => security([operation]).length > 0)
const written = sample.filter(isSuspiciousAsWritten)
const github = await readGithub()
const runs = Array.from({ length: RUNS }, () => timeChecks(github))
const { grade, score } = gradeServer(checkDefinition(github), github.tools.length)
const page = `# The checks on real descriptions

Written by \`npm run bench:checks\` on ${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}.

| figure | asked | measured |
| --- | --- | --- |
| operations of real descriptions | 1,000 | ${sample.length}, of ${new Set(sample.map(({ api }) => api)).size} APIs |
| flagged by X1, X2 or X3 as tools, as they are imported | under 2 % | ${share(imported.length, sample.length)} |
| flagged in the texts as they were written, before any cleaning | | ${share(written.length, sample.length)} |
| all rules on GitHub's ${github.tools.length} operations, median and worst of ${RUNS} | 1,500 ms | ${Math.round(median(runs))} ms, ${Math.round(Math.max(...runs))} ms |
| GitHub's grade | | ${grade}, ${score} |

As imported:

${told(imported, ({ operation }) => security([operation]))}

As written:

${told(written, ({ texts }) => texts.flatMap(suspicion))}
`
writeFileSync(path.join(checkout, 'bench', 'checks', 'RESULTS.md'), page)
console.log(page)

function security(operations: readonly SampledOperation['operation'][]): readonly string[] {
  const definition = sampleDefinition({ tools: operations.map(toTool) })
  return checkDefinition(definition, { only: ['X1', 'X2', 'X3'] }).map(({ problem }) => problem)
}

function isSuspiciousAsWritten({ texts }: SampledOperation): boolean {
  return texts.some((text) => suspicion(text).length > 0)
}

function suspicion(text: string): string[] {
  const key = findKey(text)
  return [hiddenPart(text, 'label'), findCommand(text)?.quote, key && `a key (${key})`].filter(
    (each) => each !== undefined,
  )
}

function share(part: number, whole: number): string {
  return `${part} (${((part / whole) * 100).toFixed(1)} %)`
}

function told(
  operations: readonly SampledOperation[],
  why: (operation: SampledOperation) => readonly string[],
): string {
  const lines = operations.map((each) => `- ${each.api}, ${each.operation.name}: ${why(each)[0]}`)
  return lines.length === 0 ? '- none' : lines.join('\n')
}

async function readGithub() {
  const file = path.join(checkout, 'node_modules', '@octokit', 'openapi', 'generated', 'api.github.com.json')
  const api = await importers[0]?.read(readFileSync(file, 'utf8'), {})
  return { ...sampleDefinition({ tools: (api?.operations ?? []).map(toTool) }), exposure: 'search' as const }
}

function timeChecks(definition: Awaited<ReturnType<typeof readGithub>>): number {
  const started = performance.now()
  gradeServer(checkDefinition(definition), definition.tools.length)
  return performance.now() - started
}
