import { isRefusal, PROBLEM } from './api-failure.ts'
import type { CloudflareApi } from './cloudflare-api.ts'
import { scriptPath, type WorkerAddress } from './worker-address.ts'

/** Takes a Worker away with its versions and Durable Objects. Safe to repeat. */
export async function deleteWorker(api: CloudflareApi, worker: WorkerAddress, signal: AbortSignal): Promise<void> {
  try {
    const path = `${scriptPath(worker)}?force=true`
    await api.send({ method: 'DELETE', path, action: `delete the Worker "${worker.name}"` }, signal)
  } catch (error) {
    if (!isRefusal(error, PROBLEM.noSuchWorker, PROBLEM.noSuchService)) throw error
  }
}
