import { originOf } from '../checks/checked-server.ts'
import { toFindings } from '../checks/findings.ts'
import type { Found } from '../checks/rule.ts'
import type { Finding } from '../model/finding.ts'
import type { SavedTest } from '../model/saved-test.ts'
import type { Server } from '../model/server.ts'
import type { ServerDefinition } from '../model/server-definition.ts'
import type { ToolDefinition } from '../model/tool-definition.ts'
import { bundleCode } from './check-code.ts'
import { holdAgainstSchema } from './hold-against-schema.ts'
import { differenceOf } from './compare-run.ts'
import { probesOf, unhelpfulAnswer } from './probes.ts'
import type { Services } from './services.ts'
import { type TryReport, tryTool, type TryRequest } from './try-tool.ts'

/** The whole of it is given up after this; what was found until then counts. */
const LONGEST_MS = 8_000
const MOST_TESTS = 100
const MOST_PROBED_TOOLS = 20

/**
 * Runs what can only be seen by running it: saved tests (B1, and B3 where a test keeps no result) and hand-written
 * tools with wrong input (B2). All of it in the sandbox, with mocks for every request.
 */
export async function probeBehaviour(
  definition: ServerDefinition,
  server: Server,
  services: Services,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const tools = definition.tools.filter(({ handler }) => handler.kind !== 'external')
  const tests = (definition.tests ?? [])
    .filter(({ tool }) => tools.some(({ name }) => name === tool))
    .slice(0, MOST_TESTS)
  const own = tools.filter((tool) => originOf(tool) === 'own').slice(0, MOST_PROBED_TOOLS)
  if (tests.length + own.length === 0) return []
  const limit = AbortSignal.timeout(LONGEST_MS)
  const either = AbortSignal.any([signal, limit])
  try {
    const run = await prepareRuns(definition, server, services, either)
    const hold: Hold = (held) => holdAgainstSchema(held, services, server.tenantId, either)
    const tested: TestedFindings = { failed: [], mismatched: [] }
    for (const test of tests) await repeatTest(test, { tools, run, hold }, tested)
    const unhelpful: Found[] = []
    for (const tool of own) unhelpful.push(...(await probeTool(tool, run, server, services, either)))
    return [
      ...toFindings({ id: 'B1', weight: 'gate' }, tested.failed),
      ...toFindings({ id: 'B3', weight: 'gate' }, tested.mismatched),
      ...toFindings({ id: 'B2', weight: 'warning' }, unhelpful),
    ]
  } catch (error) {
    signal.throwIfAborted()
    if (limit.aborted) return toFindings({ id: 'B1', weight: 'warning' }, [tooSlow(definition)])
    throw error
  }
}

type Run = (tool: ToolDefinition, request: Pick<TryRequest, 'input' | 'mocks' | 'secrets'>) => Promise<TryReport>

/** All code is compiled once. */
async function prepareRuns(
  { tools, credentials, shared = {} }: ServerDefinition,
  server: Server,
  services: Services,
  signal: AbortSignal,
): Promise<Run> {
  const code = tools.filter(
    ({ handler }) => handler.kind === 'code' || (handler.kind === 'operation' && handler.call.protocol !== undefined),
  )
  const { bundle } = await bundleCode({ tools: code, shared }, services, server.tenantId, signal)
  return async (tool, request) => {
    const report = await tryTool({ ...request, server, tool, credentials, live: false, bundle }, services, signal)
    signal.throwIfAborted()
    return report
  }
}

type Hold = (held: Parameters<typeof holdAgainstSchema>[0]) => Promise<readonly string[]>

interface Repeating {
  readonly tools: readonly ToolDefinition[]
  readonly run: Run
  readonly hold: Hold
}

interface TestedFindings {
  readonly failed: Found[]
  readonly mismatched: Found[]
}

async function repeatTest(
  { name, tool: asked, input, mocks, expected }: SavedTest,
  { tools, run, hold }: Repeating,
  { failed, mismatched }: TestedFindings,
): Promise<void> {
  const tool = tools.find((candidate) => candidate.name === asked)
  if (!tool) return
  const report = await run(tool, { input, mocks, secrets: expected.secrets })
  const place = { kind: 'tool', name: asked, at: `test "${name}"` } as const
  const difference = differenceOf(expected, report)
  if (difference !== undefined) {
    const fix =
      'Mend the tool with add_tool and replace: true; where it is right, save the run anew with test_tool and save_as.'
    failed.push({ ...place, problem: `The saved test fails: ${difference}.`, fix })
  }
  // Kept results are looked at by the rule itself.
  if (expected.result || !report.result || report.result.isError) return
  const { structuredContent } = report.result
  const value = structuredContent ?? null
  const [problem] = tool.outputSchema ? await hold({ label: 'the result', schema: tool.outputSchema, value }) : []
  if (problem !== undefined) {
    const fix = 'Correct the code or output_schema, with add_tool and replace: true.'
    mismatched.push({ ...place, problem: `Its result does not fit its output schema: ${problem}.`, fix })
  }
}

async function probeTool(
  tool: ToolDefinition,
  run: Run,
  { tenantId }: Server,
  services: Services,
  signal: AbortSignal,
): Promise<Found[]> {
  const sampled = await services.workshop.run('sample-answer', { schema: tool.inputSchema }, { tenantId, signal })
  const found: Found[] = []
  for (const { what, input, mocks } of probesOf(tool.inputSchema, sampled?.body)) {
    const problem = unhelpfulAnswer(await run(tool, { input, mocks }))
    if (problem === undefined) continue
    const fix =
      'Check it, and throw an Error that says what was given and what is expected: add_tool and replace: true.'
    found.push({ kind: 'tool', name: tool.name, at: what, problem, fix })
  }
  return found
}

function tooSlow({ name }: ServerDefinition): Found {
  return {
    kind: 'server',
    name,
    problem: `Its saved tests and probes take more than ${LONGEST_MS / 1_000} s; not all of them ran.`,
    fix: 'Try single tools with test_tool, and mend or remove the slow ones.',
  }
}
