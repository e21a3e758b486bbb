import { counted } from '../model/counted.ts'
import { countByRule, type Finding, type ServerReport } from '../model/finding.ts'
import { checkServer as check } from '../pipeline/check-server.ts'
import { MetaError } from '../errors/meta-error.ts'
import { requireItems } from '../pipeline/require-items.ts'
import { tokensOf } from '../pipeline/token-cost.ts'
import { requireServer } from '../registry/server-store.ts'
import { answerSchema, arrayOf, integer, object, string } from './answer-schema.ts'
import { defineTool, objectSchema, READS, serverArgument } from './meta-tool.ts'

interface Input {
  readonly server: string
  readonly only?: readonly string[]
}

export const checkServer = defineTool({
  name: 'check_server',
  title: 'Check a server',
  description: 'Grades a server; each finding has a fix.',
  inputSchema: objectSchema(
    {
      server: serverArgument,
      only: { type: 'array', items: { type: 'string', maxLength: 200 } },
    },
    ['server'],
  ),
  outputSchema: answerSchema(
    ['grade', 'score', 'findings'],
    {
      server: string,
      grade: string,
      score: integer,
      counts: object,
      findings: arrayOf({ id: string, weight: string, where: string, problem: string, fix: string }),
    },
    { left_out: integer },
  ),
  scope: 'read',
  annotations: READS,
  async run({ server: name, only }: Input, { services, principal, signal, progress }) {
    const { tenantId } = principal
    if (only) await refuseUnknownRules(only)
    const server = await services.db.as(tenantId, (sql) => requireServer(sql, tenantId, name))
    progress(`Checking ${name}.`)
    const report = await check(server, { probe: true }, services, signal)
    // Nothing is no A.
    if (report.findings.length === 0) await services.db.as(tenantId, (sql) => requireItems(sql, server, principal))
    return describe(name, report, only)
  },
})

/** @throws MetaError ARGUMENTS_INVALID */
async function refuseUnknownRules(only: readonly string[]): Promise<void> {
  // With the rules come their libraries, which no start needs.
  const { ruleIds } = await import('../checks/rules.ts')
  const unknown = only.filter(
    (wanted) => !ruleIds.some((rule) => isAsked(rule, wanted) || wanted.startsWith(`${rule}:`)),
  )
  if (unknown.length === 0) return
  throw new MetaError(
    'ARGUMENTS_INVALID',
    `There is no rule ${unknown.map((id) => `"${id}"`).join(', ')}.`,
    `Give letters, rules or ids of findings: "X", "D2", "D2:tool/get_book". The rules are: ${ruleIds.join(', ')}.`,
  )
}

/** By the letter of its rules, by its rule, or by itself: S1 is not asked for by S11. */
function isAsked(id: string, wanted: string): boolean {
  return id === wanted || id.startsWith(`${wanted}:`) || (wanted.length === 1 && id.startsWith(wanted))
}

/** Of an answer's 1,500; the rest is for the text and what comes next. */
const FINDING_TOKENS = 1_100

function describe(server: string, { grade, score, findings }: ServerReport, only: readonly string[] | undefined) {
  const asked = only ? findings.filter(({ id }) => only.some((wanted) => isAsked(id, wanted))) : findings
  const shown = fitting(asked)
  const gates = findings.filter(({ weight }) => weight === 'gate').length
  const left = asked.length - shown.length
  const rest = asked[shown.length]?.rule
  const stops = gates === 0 ? '' : ` ${gates} stop a deploy until acknowledged.`
  return {
    text: `${server}: grade ${grade}, ${score} of 100, ${counted(findings.length, 'finding')}.${stops}`,
    structured: {
      server,
      grade,
      score,
      counts: countByRule(findings),
      findings: shown.map(({ id, weight, where, problem, fix }) => ({ id, weight, where, problem, fix })),
      ...(left > 0 && { left_out: left }),
    },
    next: [
      ...(left > 0 && rest !== undefined ? [{ tool: 'check_server', arguments: { server, only: [rest] } }] : []),
      gates === 0
        ? { tool: 'deploy', arguments: { server } }
        : { tool: 'get_server', arguments: { server, include: ['tools'], format: 'detailed' } },
    ],
  }
}

/** The first that an answer has room for; one at least. */
function fitting(findings: readonly Finding[]): readonly Finding[] {
  let tokens = 0
  const end = findings.findIndex((finding) => (tokens += tokensOf(finding)) > FINDING_TOKENS)
  return end === -1 ? findings : findings.slice(0, Math.max(1, end))
}
