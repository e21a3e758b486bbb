import path from 'node:path'
import { detectIsolationLayers } from '../../runtime/supervisor/detect-isolation-layers.ts'
import { cloudflareSettingsSchema, VERSIONED_SETTINGS } from '../../runtime/targets/cloudflare/settings.ts'
import type { LocalTarget } from '../../runtime/targets/local/create-local-target.ts'
import { defaults } from '../config/defaults.ts'
import { ownDaemonId } from '../daemon/daemon-file.ts'
import { databaseOptions } from '../daemon/head-start.ts'
import { openDatabase, type PreparedDatabase } from '../db/open-database.ts'
import { createPendingLogins } from '../inbox/pending-logins.ts'
import { createEgress } from '../net/egress.ts'
import { createAuditWriter } from '../pipeline/audit-writer.ts'
import { createConnections } from '../pipeline/connections/connections.ts'
import { createScriptRunner } from '../pipeline/files/script-runner.ts'
import { askingEgress, loadLocalHosts } from '../pipeline/local-hosts.ts'
import type { Services } from '../pipeline/services.ts'
import { type ClosableTarget, lateTarget } from '../pipeline/targets/late-target.ts'
import type { CloudflareSurroundings } from '../pipeline/targets/open-cloudflare.ts'
import { createSightings } from '../pipeline/targets/sightings.ts'
import { createUsageCounter } from '../pipeline/usage-counter.ts'
import { createWorkshop } from '../pipeline/workshop/workshop.ts'
import { createQueue } from '../queue/pg-boss-queue.ts'
import { beginWork } from './begin-work.ts'
import { openLocalTarget } from './open-local-target.ts'
import { openSandboxes } from './open-sandboxes.ts'
import { openSecrets } from './open-secrets.ts'
import { OWNER } from './owner.ts'

export interface Opened extends AsyncDisposable {
  readonly services: Services
  readonly target: LocalTarget
}

/** What is there before the database is. */
export type Surroundings = Pick<Services, 'config' | 'baseUrl' | 'ownerToken' | 'inboxLinks' | 'redactor'>

/** Opens what needs the database, in the order in which things depend on each other, to be closed backwards. */
export async function openServices(
  { config, redactor, ...surroundings }: Surroundings,
  prepared: PreparedDatabase,
): Promise<Opened> {
  await using resources = new AsyncDisposableStack()
  const daemonId = ownDaemonId(config.home)
  const layersFound = detectIsolationLayers()
  const db = await openDatabase({ ...databaseOptions(config), prepared })
  resources.defer(() => db.close())
  const localHosts = await loadLocalHosts(db, config.allowLocal, OWNER)
  const egress = askingEgress(createEgress({ ...config.network, allowLocal: localHosts.open }), db, OWNER)
  resources.defer(() => egress.close())
  const workshop = createWorkshop({ cache: config.cache, ...defaults.worker })
  resources.defer(() => workshop.close())
  const { sandbox, taskSandbox, meter } = resources.use(openSandboxes(config))
  const usage = createUsageCounter(db)
  resources.defer(() => usage.close())
  const { secrets, vault, rotateSecrets } = await openSecrets(config, db, redactor)
  const loginDirectory = path.join(config.home, 'logins')
  const connections = createConnections({ egress, secrets, limits: defaults.connection, loginDirectory })
  resources.defer(() => connections.close())
  const queue = await createQueue({ db, daemonId, onError: (error) => console.error('queue:', error) })

  const { layers } = await layersFound
  const opened = { config, daemonId, db, egress, workshop, sandbox, secrets, vault, redactor, connections }
  const local = openLocalTarget({ ...opened, taskSandbox, usage, layers })
  const cloudflare = openCloudflareLate({ ...opened, ...surroundings })
  const targets = { local: local.target, cloudflare }
  const sightings = createSightings({ db, targets })
  const services: Services = {
    ...opened,
    ...surroundings,
    audit: createAuditWriter(db),
    queue,
    scripts: createScriptRunner({ layers, cache: config.cache, meter, limits: defaults.scripts }),
    localHosts,
    pendingLogins: createPendingLogins(defaults.inbox.linkMs),
    rotateSecrets,
    targets,
    sightings,
    reachServer: local.reachServer,
  }
  resources.defer(() => local.target.closeAll())
  resources.defer(() => cloudflare.close())
  resources.defer(() => sightings.close())
  resources.defer(() => local.schedule.close())
  resources.use(await beginWork(services, local))
  const kept = resources.move()
  return { services, target: local.target, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

/** Most daemons never deploy there: it is loaded when something is first asked of it. */
function openCloudflareLate(surroundings: CloudflareSurroundings): ClosableTarget {
  const known = {
    name: 'cloudflare',
    settingsSchema: cloudflareSettingsSchema,
    versionedSettings: VERSIONED_SETTINGS,
  }
  return lateTarget(known, async () => {
    const { openCloudflare } = await import('../pipeline/targets/open-cloudflare.ts')
    return openCloudflare(surroundings)
  })
}
