import { rm } from 'node:fs/promises'
import path from 'node:path'
import { MetaError } from '../../../../src/errors/meta-error.ts'
import { type Clock, systemClock } from '../../../library/clock.ts'
import { openPassingFolder } from '../../../supervisor/passing-folder.ts'
import { explainFailure } from './explain-failure.ts'
import { type NetworkSettings, wranglerEnvironment } from './wrangler-environment.ts'
import { OUTPUT_FILE, readOutcome } from './read-outcome.ts'
import { runWrangler } from './run-wrangler.ts'
import { tailWorker } from './tail-worker.ts'
import { writeUpload } from './write-upload.ts'
import type { CloudflareAccess, UploadedVersion, WorkerUpload, Wrangler } from './wrangler.ts'

export interface WranglerOptions {
  /**
   * Path of wrangler's `cli.js`, fetched when it is not there (find-wrangler.ts).
   * @throws MetaError TARGET_TOOL_MISSING
   */
  readonly findProgram: (signal: AbortSignal) => Promise<string>
  /** Folders of runs are made in it, with values of secrets; what a death leaves there, the next start removes. */
  readonly scratch: string
  /** How this machine reaches the network; straight when absent. */
  readonly network?: NetworkSettings
  /** Where Node keeps wrangler compiled, so that each run starts a quarter of a second sooner; absent: nowhere. */
  readonly compiledFolder?: string
  readonly clock?: Clock
  /** Of one run; wrangler itself waits without end. */
  readonly timeoutMs?: number
  /** Waits before it is run again, as many times as there are waits; longer where Cloudflare says so. */
  readonly waitsMs?: readonly number[]
}

/** Longer than this is not waited, whatever `Retry-After` says: who deploys is told instead. */
const LONGEST_WAIT_MS = 60_000

/** wrangler may have to be fetched first. */
const FIND_MS = 180_000

/** Each call has a folder of its own, with the upload and wrangler's own files; nothing of it is left behind. */
export function createWrangler(options: WranglerOptions): Wrangler {
  return {
    deploy: (upload, access, signal) => send(options, 'deploy', upload, access, signal),
    uploadVersion: (upload, access, signal) => send(options, 'versions upload', upload, access, signal),
    async tail(name, access, onText) {
      const program = await options.findProgram(AbortSignal.timeout(FIND_MS))
      const { scratch, network = {} } = options
      return tailWorker({ program, scratch, name, access, network }, onText)
    },
  }
}

async function send(
  options: WranglerOptions,
  command: 'deploy' | 'versions upload',
  upload: WorkerUpload,
  access: CloudflareAccess,
  signal: AbortSignal,
): Promise<UploadedVersion> {
  await using folder = await openPassingFolder(options.scratch, 'wrangler')
  const files = await writeUpload(folder.path, upload)
  const what = command === 'deploy' ? 'deploy' : 'take a version of'
  const versionId = await runUntilDone(options, {
    folder: folder.path,
    words: [...command.split(' '), ...files, ...placeOf(upload), '--tag', upload.tag, '--message', upload.message],
    action: `${what} the Worker "${String(upload.config['name'])}"`,
    access,
    secrets: Object.values(upload.secrets),
    signal,
  })
  if (versionId) return { versionId }
  throw new MetaError(
    'TARGET_TOOL_MISSING',
    'wrangler ended well, but did not say which version it made.',
    'Report this: the pinned wrangler says it in its output file.',
  )
}

function placeOf({ dispatchNamespace }: WorkerUpload): string[] {
  return dispatchNamespace === undefined ? [] : ['--dispatch-namespace', dispatchNamespace]
}

interface Run {
  readonly folder: string
  readonly words: readonly string[]
  /** Goes on after "Cloudflare did not". */
  readonly action: string
  readonly access: CloudflareAccess
  /** Never shown. */
  readonly secrets: readonly string[]
  readonly signal: AbortSignal
}

/** @returns the id of the version that was made */
async function runUntilDone(options: WranglerOptions, run: Run): Promise<string | undefined> {
  const { clock = systemClock, timeoutMs = 120_000, waitsMs = [2_000, 8_000], network = {} } = options
  const program = await options.findProgram(run.signal)
  for (let tries = 0; ; tries++) {
    run.signal.throwIfAborted()
    await rm(path.join(run.folder, OUTPUT_FILE), { force: true })
    const env = {
      ...wranglerEnvironment(run.folder, run.access, network),
      NODE_COMPILE_CACHE: options.compiledFolder,
    }
    const ended = await runWrangler({
      program,
      words: run.words,
      folder: run.folder,
      env,
      timeoutMs,
      signal: run.signal,
    })
    const outcome = await readOutcome(run.folder, ended)
    if (outcome.isDone) return outcome.versionId
    const ownWait = waitsMs[tries]
    const askedWaitMs = outcome.retryAfterMs ?? 0
    if (!outcome.isPassing || ownWait === undefined || askedWaitMs > LONGEST_WAIT_MS) {
      throw explainFailure(run.action, outcome, [run.access.token, ...run.secrets])
    }
    await clock.wait(Math.max(ownWait, askedWaitMs), run.signal)
  }
}
