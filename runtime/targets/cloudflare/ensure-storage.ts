import type { ProjectFiles } from '../../../src/model/project-files.ts'
import type { CloudflareApi } from './api/cloudflare-api.ts'
import { ensureDatabase, ensureNamespace } from './api/storage.ts'
import type { WorkerAddress } from './api/worker-address.ts'
import { neededStorage } from './compose-config.ts'
import type { Journal } from './journal.ts'
import { databaseName, namespaceTitle } from './storage-names.ts'

/**
 * Makes D1 and KV where the project needs them and they are not there yet. What was made is noted, and only that is
 * ever deleted.
 * @returns the ids of all that is needed
 */
export async function ensureStorage(
  api: CloudflareApi,
  { accountId, name }: WorkerAddress,
  files: ProjectFiles,
  journal: Journal,
  signal: AbortSignal,
): Promise<{ readonly databaseId?: string; readonly namespaceId?: string }> {
  const needed = neededStorage(files)
  const database = needed.database && (await ensureDatabase(api, accountId, databaseName(name), signal))
  if (database && database.isNew) await journal.change({ databaseId: database.id })
  const namespace = needed.namespace && (await ensureNamespace(api, accountId, namespaceTitle(name), signal))
  if (namespace && namespace.isNew) await journal.change({ namespaceId: namespace.id })
  return { ...(database && { databaseId: database.id }), ...(namespace && { namespaceId: namespace.id }) }
}
