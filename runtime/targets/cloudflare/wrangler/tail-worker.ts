import { openPassingFolder } from '../../../supervisor/passing-folder.ts'
import { startCommand } from '../../../supervisor/start-command.ts'
import { type NetworkSettings, wranglerEnvironment } from './wrangler-environment.ts'
import type { CloudflareAccess, WorkerTail } from './wrangler.ts'

const MEMORY_MIB = 512

export interface TailOptions {
  /** Path of wrangler's `cli.js`. */
  readonly program: string
  /** wrangler's own files are in a folder of it while the tail lasts. */
  readonly scratch: string
  /** Of the Worker. */
  readonly name: string
  readonly access: CloudflareAccess
  readonly network: NetworkSettings
}

/** Runs `wrangler tail`, which the platform ends after some hours. */
export async function tailWorker(
  { program, scratch, name, access, network }: TailOptions,
  onText: (text: string) => void,
): Promise<WorkerTail> {
  const folder = await openPassingFolder(scratch, 'tail')
  const args = ['--no-warnings', program, 'tail', name, '--format', 'json', '--cwd', folder.path]
  try {
    const env = wranglerEnvironment(folder.path, access, network)
    const child = await startCommand({ command: process.execPath, args, env, memoryMiB: MEMORY_MIB })
    child.stdin.end()
    child.stdout.setEncoding('utf8').on('data', (text: string) => onText(text))
    // What it complains of is the platform's business: the lines come by the other way too.
    child.stderr.resume()
    const ended = child.exited.then(() => folder[Symbol.asyncDispose]())
    return {
      ended,
      async close() {
        await child.stop(0)
        await ended
      },
    }
  } catch (error) {
    await folder[Symbol.asyncDispose]()
    throw error
  }
}
