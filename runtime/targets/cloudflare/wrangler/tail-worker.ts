import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { startCommand } from '../../../supervisor/start-command.ts'
import { type NetworkSettings, wranglerEnvironment } from './wrangler-environment.ts'
import type { CloudflareAccess, WorkerTail } from './wrangler.ts'

const MEMORY_MIB = 512

/** Runs `wrangler tail`, which the platform ends after some hours. */
export async function tailWorker(
  program: string,
  {
    name,
    access,
    network,
  }: { readonly name: string; readonly access: CloudflareAccess; readonly network: NetworkSettings },
  onText: (text: string) => void,
): Promise<WorkerTail> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'mcpwright-wrangler-'))
  const args = ['--no-warnings', program, 'tail', name, '--format', 'json', '--cwd', folder]
  try {
    const env = wranglerEnvironment(folder, access, network)
    const child = await startCommand({ command: process.execPath, args, env, memoryMiB: MEMORY_MIB })
    child.stdin.end()
    child.stdout.setEncoding('utf8').on('data', (text: string) => onText(text))
    // What it complains of is the platform's business: the lines come by the other way too.
    child.stderr.resume()
    const ended = child.exited.then(() => rm(folder, { recursive: true, force: true }))
    return {
      ended,
      async close() {
        await child.stop(0)
        await ended
      },
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}
