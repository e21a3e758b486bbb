import { MetaError } from '../errors/meta-error.ts'
import type { BuildWithFiles, CheckReport } from '../model/build.ts'
import type { Server } from '../model/server.ts'
import { runSavedTests } from './run-saved-tests.ts'
import type { Services } from './services.ts'

/**
 * Loads a build's code in the sandbox, since what throws while it loads would fail at the first call, and repeats the
 * saved tests.
 * @throws MetaError BUILD_FAILED with what the code threw; TEST_FAILED with the first tests that fail
 */
export async function checkBuild(
  build: BuildWithFiles,
  server: Server,
  services: Services,
  signal: AbortSignal,
): Promise<CheckReport> {
  const started = performance.now()
  // Without hand-written code there is nothing of ours to load: the library has its own tests.
  const hasCode = Object.keys(build.files).some((path) => /^src\/(tools|resources|prompts)\//.test(path))
  if (hasCode) await loadCode(build, server, services, signal)
  const passed = await runSavedTests(build, server, services, signal)
  return { name: 'tests', ok: true, ms: Math.round(performance.now() - started), passed }
}

async function loadCode(
  build: BuildWithFiles,
  server: Server,
  { sandbox }: Pick<Services, 'sandbox'>,
  signal: AbortSignal,
): Promise<void> {
  const { result } = await sandbox.run({
    bundle: build.artefacts['tools.mjs'] ?? '',
    tenantId: server.tenantId,
    task: { kind: 'load' },
    input: undefined,
    env: {},
    broker: refusingBroker,
    signal,
  })
  if (result.kind === 'value') return
  const problem =
    result.kind === 'thrown'
      ? [result.message, result.frame].filter(Boolean).join('\n')
      : `it met the limit ${result.kind === 'limit' ? result.limit : result.kind}`
  throw new MetaError(
    'BUILD_FAILED',
    `The code of version ${build.version} does not load: ${problem}`,
    'Mend the tool with add_tool and edits, then deploy again.',
    { next: { tool: 'add_tool', arguments: { server: server.name, name: '…', edits: [{ old: '…', new: '…' }] } } },
  )
}

const refusingBroker = {
  call: () =>
    Promise.reject(
      new MetaError(
        'HOST_NOT_ALLOWED',
        'Code makes no requests while it loads.',
        'Move the request into the function.',
      ),
    ),
  notice: () => {},
}
