import { realpath } from 'node:fs/promises'
import path from 'node:path'
import type { IsolationLayers } from '../../../runtime/supervisor/isolation-layers.ts'
import { type IsolatedOutcome, type IsolatedRun, runIsolated } from '../../../runtime/supervisor/run-isolated.ts'
import { MetaError } from '../../errors/meta-error.ts'
import type { TenantId } from '../../model/ids.ts'
import type { ProjectFiles } from '../../model/project-files.ts'
import { createTurns } from '../../model/turns.ts'
import type { RunnerMeter } from '../metered-sandbox.ts'
import { packageFolder } from '../workshop/package-sources.ts'
import { openProjectFolder, PROJECT_PACKAGES } from '../workshop/project-folder.ts'

/** Those of every project's package.json that end by themselves. */
export const SCRIPTS = ['build', 'test', 'typecheck'] as const
export type ScriptName = (typeof SCRIPTS)[number]

/** Runs scripts of projects where they reach nothing: one at a time, and tenants take turns. */
export interface ScriptRunner {
  /** @throws MetaError SANDBOX_UNAVAILABLE where nothing cuts the network; LIMIT_EXCEEDED when the hour is used up */
  run(files: ProjectFiles, script: ScriptName, tenantId: TenantId, signal: AbortSignal): Promise<IsolatedOutcome>
}

export interface ScriptRunnerOptions {
  readonly layers: Pick<IsolationLayers, 'bubblewrap' | 'prlimit'>
  readonly cache: string
  readonly meter: RunnerMeter
  readonly limits: Pick<IsolatedRun, 'wallMs' | 'memoryMiB' | 'outputBytes' | 'writtenMiB'>
}

const TOOLS = ['esbuild', 'typescript']

export function createScriptRunner({ layers, cache, meter, limits }: ScriptRunnerOptions): ScriptRunner {
  const turns = createTurns(1)
  return {
    async run(files, script, tenantId, signal) {
      const { bubblewrap, prlimit } = layers
      if (bubblewrap === undefined) throw noIsolation()
      meter.refuseMore(tenantId)
      using turn = await turns.take(tenantId, signal)
      if (!turn) throw signal.reason
      await using project = await openProjectFolder(files, cache, { packages: TOOLS, folders: WRITABLE })
      const folder = await realpath(project.folder)
      const asked = {
        ...limits,
        bubblewrap,
        prlimit,
        folder,
        writable: WRITABLE,
        readablePaths: await packageRoots(),
        node: process.execPath,
        commands: commandsOf(files, script, folder),
      }
      const outcome = await runIsolated(asked, signal)
      meter.note(tenantId, outcome.ms)
      return outcome
    },
  }
}

/** What a build writes; the rest of the project can only be read. */
const WRITABLE = ['dist', '.data']

/** `node build.mjs && node --test dist/test.mjs`: our own emitter wrote it, and nobody changes package.json by hand. */
function commandsOf(files: ProjectFiles, script: ScriptName, folder: string): readonly (readonly string[])[] {
  const { scripts }: { scripts: Record<ScriptName, string> } = JSON.parse(files['package.json'] ?? '')
  return scripts[script].split(' && ').map((line) => {
    const [program, ...words] = line.split(' ')
    const tsc = path.join(folder, 'node_modules', 'typescript', 'bin', 'tsc')
    return program === 'tsc' ? [process.execPath, tsc, ...words] : [process.execPath, ...words]
  })
}

/** The node_modules that hold the project's packages and what those need. */
async function packageRoots(): Promise<readonly string[]> {
  const folders = await Promise.all([...PROJECT_PACKAGES, ...TOOLS].map((name) => realpath(packageFolder(name))))
  const roots = folders.map((folder) => folder.slice(0, folder.lastIndexOf(`${path.sep}node_modules${path.sep}`)))
  return [...new Set(roots.map((root) => path.join(root, 'node_modules')))]
}

function noIsolation(): MetaError {
  return new MetaError(
    'SANDBOX_UNAVAILABLE',
    'Scripts of projects run only where bubblewrap cuts the network, and it does not work here.',
    'Install bubblewrap (Linux), or take the project away: mcpwright generate --server NAME --out DIR, then npm test.',
  )
}
