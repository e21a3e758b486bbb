import type { OperationsFile } from '../../runtime/library/operation.ts'
import { MetaError, type NextCall } from '../errors/meta-error.ts'
import type { BuildWithFiles } from '../model/build.ts'
import { SAVED_TESTS, type SavedTest } from '../model/saved-test.ts'
import type { Server } from '../model/server.ts'
import type { ToolDefinition } from '../model/tool-definition.ts'
import { differenceOf } from './compare-run.ts'
import type { Services } from './services.ts'
import { tryTool } from './try-tool.ts'

/**
 * Repeats the saved tests that a build carries, with its own code and operations: an older version keeps its tests.
 * @returns how many passed
 * @throws MetaError TEST_FAILED naming each test that fails, and in what
 */
export async function runSavedTests(
  build: BuildWithFiles,
  server: Server,
  services: Services,
  signal: AbortSignal,
): Promise<number> {
  const { tests, operations } = readBuild(build)
  const failures: string[] = []
  let first: ToolDefinition | undefined
  for (const test of tests) {
    const tool = toolOf(test, operations)
    const request = {
      server,
      tool,
      credentials: operations.credentials,
      input: test.input,
      mocks: test.mocks,
      live: false,
      secrets: test.expected.secrets,
      bundle: build.artefacts['tools.mjs'] ?? '',
    }
    const difference = differenceOf(test.expected, await tryTool(request, services, signal))
    if (difference === undefined) continue
    failures.push(`"${test.name}" of ${test.tool}: ${difference}`)
    first ??= tool
  }
  if (!first) return tests.length
  throw new MetaError(
    'TEST_FAILED',
    `${failures.length} of ${tests.length} saved tests fail in version ${build.version}. ${failures.slice(0, 5).join('\n')}.`,
    'Mend the tool. Where its new behaviour is right, save the run anew with test_tool and save_as, or remove the test with remove_item.',
    { next: mendingCall(server, first) },
  )
}

/** Code can be amended; how an imported tool behaves comes from its description. */
function mendingCall({ name: server }: Server, { name, handler }: ToolDefinition): NextCall {
  return handler.kind === 'code'
    ? { tool: 'add_tool', arguments: { server, name, edits: [{ old: '…', new: '…' }] } }
    : { tool: 'test_tool', arguments: { server, tool: name } }
}

function readBuild({ files }: BuildWithFiles): { tests: readonly SavedTest[]; operations: OperationsFile } {
  const read = (path: string): unknown => JSON.parse(files[path] ?? 'null')
  return {
    // Both were written by our own emitters, into a build that nobody changes.
    tests: (read(SAVED_TESTS) ?? []) as readonly SavedTest[],
    operations: (read('src/operations.json') ?? { credentials: [], operations: [] }) as OperationsFile,
  }
}

/** As much of the tool as a run needs. */
function toolOf({ tool: name }: SavedTest, { operations }: OperationsFile): ToolDefinition {
  const operation = operations.find((candidate) => candidate.name === name)
  if (operation) {
    const { call, ...tool } = operation
    return { ...tool, handler: { kind: 'operation', call } }
  }
  const handler = { kind: 'code', source: '', hosts: [] } as const
  return { name, description: '', effect: 'read', inputSchema: { type: 'object' }, handler }
}
