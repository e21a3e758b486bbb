import { MetaError } from '../../../../src/errors/meta-error.ts'
import { isRefusal, PROBLEM } from './api-failure.ts'
import type { CloudflareApi } from './cloudflare-api.ts'
import { scriptPath, type WorkerAddress } from './worker-address.ts'

/** Switches a Worker's workers.dev address on or off; its addresses for previews stay off. */
export async function setWorkersDev(
  api: CloudflareApi,
  worker: WorkerAddress,
  enabled: boolean,
  signal: AbortSignal,
): Promise<void> {
  await api.send(
    {
      method: 'POST',
      path: `${scriptPath(worker)}/subdomain`,
      body: { enabled, previews_enabled: false },
      action: `switch the workers.dev address of "${worker.name}" ${enabled ? 'on' : 'off'}`,
      repeatable: true,
    },
    signal,
  )
}

export async function isOnWorkersDev(api: CloudflareApi, worker: WorkerAddress, signal: AbortSignal): Promise<boolean> {
  const { enabled } = await api.send<{ enabled: boolean }>(
    { path: `${scriptPath(worker)}/subdomain`, action: `read the workers.dev address of "${worker.name}"` },
    signal,
  )
  return enabled
}

/** Cron expressions that run it from now on; none: nothing does. */
export async function setCrons(
  api: CloudflareApi,
  worker: WorkerAddress,
  crons: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  await api.send(
    {
      method: 'PUT',
      path: `${scriptPath(worker)}/schedules`,
      body: crons.map((cron) => ({ cron })),
      action: `set the cron triggers of "${worker.name}"`,
    },
    signal,
  )
}

export interface WorkerDomain {
  readonly id: string
  readonly hostname: string
  /** Name of the Worker. */
  readonly service: string
}

export async function listDomains(
  api: CloudflareApi,
  worker: WorkerAddress,
  signal: AbortSignal,
): Promise<readonly WorkerDomain[]> {
  const path = `/accounts/${worker.accountId}/workers/domains?service=${encodeURIComponent(worker.name)}`
  const domains = await api.send<readonly WorkerDomain[]>({ path, action: `list domains of "${worker.name}"` }, signal)
  return domains.filter(({ service }) => service === worker.name)
}

/**
 * Lets a host of one of the account's zones lead to the Worker, with its DNS record and certificate.
 * @throws MetaError TARGET_REFUSED when it is in no zone of the account, or leads to another Worker
 */
export async function connectDomain(
  api: CloudflareApi,
  worker: WorkerAddress,
  hostname: string,
  signal: AbortSignal,
): Promise<void> {
  const taken = await findDomain(api, worker.accountId, hostname, signal)
  if (taken?.service === worker.name) return
  if (taken) {
    throw new MetaError(
      'TARGET_REFUSED',
      `The domain "${hostname}" already leads to the Worker "${taken.service}".`,
      'Choose another `domain` in settings, or take it from that Worker in the dashboard first.',
    )
  }
  const zoneId = await findZone(api, worker.accountId, hostname, signal)
  await api.send(
    {
      method: 'PUT',
      path: `/accounts/${worker.accountId}/workers/domains`,
      body: { hostname, service: worker.name, zone_id: zoneId, environment: 'production' },
      action: `connect "${hostname}" to "${worker.name}"`,
    },
    signal,
  )
}

export async function disconnectDomain(
  api: CloudflareApi,
  accountId: string,
  { id, hostname }: WorkerDomain,
  signal: AbortSignal,
): Promise<void> {
  try {
    const path = `/accounts/${accountId}/workers/domains/${id}`
    await api.send({ method: 'DELETE', path, action: `disconnect "${hostname}"` }, signal)
  } catch (error) {
    if (!(isRefusal(error, PROBLEM.noSuchWorker) || isGone(error))) throw error
  }
}

async function findDomain(api: CloudflareApi, accountId: string, hostname: string, signal: AbortSignal) {
  const path = `/accounts/${accountId}/workers/domains?hostname=${encodeURIComponent(hostname)}`
  const domains = await api.send<readonly WorkerDomain[]>({ path, action: `look for "${hostname}"` }, signal)
  return domains.find((domain) => domain.hostname === hostname)
}

/** The zone is the host itself or a name above it. */
async function findZone(api: CloudflareApi, accountId: string, hostname: string, signal: AbortSignal): Promise<string> {
  const labels = hostname.split('.')
  for (let first = 0; first < labels.length - 1; first++) {
    const name = labels.slice(first).join('.')
    const path = `/zones?name=${encodeURIComponent(name)}&account.id=${accountId}`
    const [zone] = await api.send<readonly { id: string }[]>({ path, action: `look for the zone "${name}"` }, signal)
    if (zone) return zone.id
  }
  throw new MetaError(
    'TARGET_REFUSED',
    `The account has no zone for "${hostname}".`,
    'Add the domain to the account in the dashboard first, choose a host in one of its zones, or leave `domain` out for workers.dev.',
  )
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'status' in error && error.status === 404
}
