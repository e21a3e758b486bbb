import { createHash } from 'node:crypto'
import { MetaError } from '../../../../src/errors/meta-error.ts'
import type { ProjectFiles } from '../../../../src/model/project-files.ts'
import { ensureNamespace } from '../api/dispatch.ts'
import type { KeyValueAddress } from '../api/key-values.ts'
import { namespace as keyValues } from '../api/storage.ts'
import { listVersions } from '../api/versions.ts'
import type { WorkerAddress } from '../api/worker-address.ts'
import { DEFAULT_COMPATIBILITY_DATE } from '../compose-config.ts'
import { makeOnce } from '../ensure-storage.ts'
import type { OpenAccount } from '../open-account.ts'
import { EGRESS_PARAMETER } from '../platform/tenant-entry.ts'
import type { WorkerUpload, Wrangler } from '../wrangler/wrangler.ts'
import { directoryTitle, dispatcherOf, type Hosting, outboundOf } from './hosting.ts'

/**
 * Makes what stands around the servers of a namespace where it is not there yet, and brings its code up to date: the
 * namespace, the directory in KV, the outbound Worker, the dispatcher. Safe to repeat, and at the same time.
 * @returns the directory
 * @throws MetaError TARGET_REFUSED when a Worker of such a name is somebody else's
 */
export async function ensurePlatform(
  account: OpenAccount,
  { namespace, platform }: Pick<Hosting, 'namespace' | 'platform'>,
  wrangler: Wrangler,
  signal: AbortSignal,
): Promise<KeyValueAddress> {
  const { accountId } = account.worker
  const [modules] = await Promise.all([
    platform(signal),
    // First of all: an account without the paid plan is refused it.
    ensureNamespace(account.api, { accountId, namespace }, signal),
  ])
  const directory = await ensureDirectory(account, namespace, signal)
  const outbound = outboundOf(account.worker, namespace)
  // The dispatcher's binding leads to it.
  await keepUpToDate(account, outbound, outboundUpload(outbound, modules.outbound), wrangler, signal)
  const dispatcher = dispatcherOf(account.worker, namespace)
  const upload = dispatcherUpload(dispatcher, modules.dispatcher, { namespace, outbound, directory })
  await keepUpToDate(account, dispatcher, upload, wrangler, signal)
  return directory
}

/** Where it is written which script serves which name; undefined while nothing was ever hosted there. */
export async function findDirectory(
  { api, worker: { accountId } }: Pick<OpenAccount, 'api' | 'worker'>,
  namespace: string,
  signal: AbortSignal,
): Promise<KeyValueAddress | undefined> {
  const id = await keyValues.find(api, accountId, directoryTitle(namespace), signal)
  return id === undefined ? undefined : { accountId, id }
}

async function ensureDirectory(account: OpenAccount, namespace: string, signal: AbortSignal): Promise<KeyValueAddress> {
  const found = await findDirectory(account, namespace, signal)
  if (found) return found
  const { accountId } = account.worker
  return { accountId, id: await makeOnce(keyValues, account.api, accountId, directoryTitle(namespace), signal) }
}

type UntaggedUpload = Omit<WorkerUpload, 'tag' | 'message'>

function outboundUpload({ name }: WorkerAddress, modules: ProjectFiles): UntaggedUpload {
  return { config: { ...OURS, name, workers_dev: false }, modules, secrets: {} }
}

function dispatcherUpload(
  { name }: WorkerAddress,
  modules: ProjectFiles,
  to: { readonly namespace: string; readonly outbound: WorkerAddress; readonly directory: KeyValueAddress },
): UntaggedUpload {
  const outbound = { service: to.outbound.name, parameters: [EGRESS_PARAMETER] }
  return {
    config: { ...OURS, name, workers_dev: true, kv_namespaces: [{ binding: 'TENANTS', id: to.directory.id }] },
    modules,
    secrets: {},
    reaches: { dispatch_namespaces: [{ binding: 'DISPATCHER', namespace: to.namespace, outbound }] },
  }
}

const OURS = {
  compatibility_date: DEFAULT_COMPATIBILITY_DATE,
  observability: { enabled: true },
  preview_urls: false,
  version_metadata: { binding: 'CF_VERSION_METADATA' },
}

/** Its newest version says by its tag what it was made of. */
async function keepUpToDate(
  { api, access }: OpenAccount,
  worker: WorkerAddress,
  upload: UntaggedUpload,
  wrangler: Wrangler,
  signal: AbortSignal,
): Promise<void> {
  const digest = createHash('sha256').update(JSON.stringify(upload)).digest('hex')
  const tag = `${TAG_PREFIX}${digest.slice(0, 16)}`
  const versions = await listVersions(api, worker, signal)
  if (versions?.[0]?.tag === tag) return
  if (versions && !versions.some((version) => version.tag.startsWith(TAG_PREFIX))) throw foreign(worker.name)
  await wrangler.deploy({ ...upload, tag, message: 'mcpwright: hosting of many servers' }, access, signal)
}

const TAG_PREFIX = 'mwhost-'

function foreign(name: string): MetaError {
  return new MetaError(
    'TARGET_REFUSED',
    `The account already has a Worker "${name}" that mcpwright did not make; it was left as it is.`,
    'Rename that Worker in the dashboard, or choose another MCPWRIGHT_CLOUDFLARE_NAMESPACE.',
  )
}
