import type { Mock } from '../../runtime/library/mocks.ts'
import { defaults } from '../config/defaults.ts'
import { MetaError } from '../errors/meta-error.ts'
import type { SavedTest } from '../model/saved-test.ts'
import { putSavedTest } from '../registry/saved-test-store.ts'
import { bumpRevision } from '../registry/server-store.ts'
import { expectationOf } from './compare-run.ts'
import type { Services } from './services.ts'
import { type TryReport, type TryRequest, tryTool } from './try-tool.ts'

/**
 * Makes a test of a run: its answers are played back twice, and what is the same both times is what every build will
 * expect. Nothing of a secret is kept.
 * @param recorded  the answers of the run, in their order
 * @throws MetaError TOOL_FAILED when the run gave no result, or does not repeat; LIMIT_EXCEEDED
 */
export async function saveTest(
  name: string,
  { request, report, recorded }: { request: TryRequest; report: TryReport; recorded: readonly Mock[] },
  services: Services,
  signal: AbortSignal,
): Promise<SavedTest> {
  const { server, tool, input } = request
  if (!report.result) throw notRepeatable(name, report.problem ?? 'it gave no result')
  const mocks = services.redactor.redact(recorded, server.tenantId)
  refuseLarge(JSON.stringify(mocks).length)
  const played = { ...request, mocks, live: false, secrets: report.secrets, onAnswer: () => {} }
  const first = await tryTool(played, services, signal)
  const second = await tryTool(played, services, signal)
  const isSame = first.result !== undefined && first.result.isError === report.result.isError
  if (!isSame) throw notRepeatable(name, first.problem ?? 'with its recorded answers it ends otherwise')
  const expected = services.redactor.redact(expectationOf(first, second), server.tenantId)
  const test: SavedTest = { name, tool: tool.name, input, mocks, expected }
  await services.db.as(server.tenantId, async (sql) => {
    const isStored = await putSavedTest(sql, server.tenantId, server.id, test, defaults.tests.most)
    if (!isStored) throw tooMany(server.name)
    await bumpRevision(sql, server.tenantId, server.id)
  })
  return test
}

function refuseLarge(bytes: number): void {
  if (bytes <= defaults.tests.bytes) return
  throw new MetaError(
    'LIMIT_EXCEEDED',
    `The answers of this run have ${bytes} characters; a test keeps at most ${defaults.tests.bytes}.`,
    'Try with an input that asks for less, or give shorter answers in mocks.',
  )
}

function notRepeatable(name: string, reason: string): MetaError {
  return new MetaError(
    'TOOL_FAILED',
    `The run is not saved as "${name}": ${reason}.`,
    'Mend the tool or its input until it gives a result, then save it.',
  )
}

function tooMany(server: string): MetaError {
  return new MetaError(
    'LIMIT_EXCEEDED',
    `Server "${server}" has ${defaults.tests.most} tests already.`,
    'Remove one first: remove_item with kind "test".',
  )
}
