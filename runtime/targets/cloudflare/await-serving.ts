import type { Share } from './attempt.ts'
import { overrideHeaders, withHeaders } from './call-worker.ts'
import type { Publishing } from './publishing.ts'
import { waitForVersion } from './wait-for-version.ts'

/**
 * Waits until callers reach a version that has got its share.
 * @throws MetaError DEPLOYMENT_FAILED after 90 s
 */
export async function awaitServing(
  { options, url, worker }: Pick<Publishing, 'options' | 'url' | 'worker'>,
  versionId: string,
  shares: readonly Share[],
  signal: AbortSignal,
): Promise<void> {
  // Of several versions, chance would choose.
  const headers = shares.length > 1 ? overrideHeaders(worker.name, versionId) : {}
  const { clock } = options
  await waitForVersion({ url, versionId, fetch: withHeaders(options.fetch, headers), clock }, signal)
}
