import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import path from 'node:path'
import { createServerBridge } from '../bridge/serve/create-server-bridge.ts'
import { createServerMetrics } from '../bridge/serve/server-metrics.ts'
import { detectIsolationLayers } from '../runtime/supervisor/detect-isolation-layers.ts'
import { createSandbox } from '../runtime/sandbox/create-sandbox.ts'
import { cloudflareSettingsSchema } from '../runtime/targets/cloudflare/settings.ts'
import { createLocalTarget, type LocalTarget } from '../runtime/targets/local/create-local-target.ts'
import { defaults } from './config/defaults.ts'
import type { Config } from './config/load-config.ts'
import { removeStartMarker } from './daemon/ensure-daemon.ts'
import {
  digestOfConfig,
  ownDaemonId,
  ownerToken,
  readDaemonRecord,
  removeDaemonRecord,
  writeDaemonRecord,
} from './daemon/daemon-file.ts'
import { listenOnKeptPort } from './daemon/listen.ts'
import { loadLate } from './daemon/load-in-turns.ts'
import { createOpener, type Opener } from './daemon/opener.ts'
import { createPresence } from './daemon/presence.ts'
import { ownVersion } from './daemon/version.ts'
import { databaseOptions, type HeadStart, takeHeadStart } from './daemon/head-start.ts'
import { openDatabase, type PreparedDatabase } from './db/open-database.ts'
import { createApp } from './http/app.ts'
import { deploymentMount } from './http/deployment-mount.ts'
import { createMetaEndpoint, type MetaEndpoint } from './http/meta-endpoint.ts'
import { createInboxLinks } from './inbox/inbox-links.ts'
import { createPendingLogins } from './inbox/pending-logins.ts'
import { createMetaServer } from './mcp/meta-server.ts'
import { createOpenCalls } from './mcp/open-calls.ts'
import { createOpenQuestions } from './mcp/open-questions.ts'
import { LOCAL_TENANT } from './model/ids.ts'
import type { Principal } from './model/principal.ts'
import { createEgress } from './net/egress.ts'
import { findFreePort } from './net/free-port.ts'
import { createConnections } from './pipeline/connections/connections.ts'
import { watchConnections } from './pipeline/connections/watch-connections.ts'
import { createScriptRunner } from './pipeline/files/script-runner.ts'
import { brokerFor, childEnvironment } from './pipeline/deployment-broker.ts'
import { keepLeases, restoreDeployments } from './pipeline/restore-deployments.ts'
import { askingEgress, loadLocalHosts } from './pipeline/local-hosts.ts'
import { createRunnerMeter, meteredSandbox } from './pipeline/metered-sandbox.ts'
import { eachDay } from './pipeline/each-day.ts'
import { purgeArchives } from './pipeline/purge-archives.ts'
import { purgeCache } from './pipeline/purge-cache.ts'
import { createServerSchedule } from './pipeline/server-schedule.ts'
import { createAuditWriter } from './pipeline/audit-writer.ts'
import { createServerSecrets } from './pipeline/server-secrets.ts'
import type { Services } from './pipeline/services.ts'
import { lateTarget } from './pipeline/targets/late-target.ts'
import { createUsageCounter } from './pipeline/usage-counter.ts'
import { createWorkshop } from './pipeline/workshop/workshop.ts'
import { createQueue } from './queue/pg-boss-queue.ts'
import { SERVERS_CHANGED } from './registry/server-store.ts'
import { openKeyring } from './secrets/keyring.ts'
import { finishRotation, rotateSecrets } from './secrets/rotate-secrets.ts'
import { redactStream } from './secrets/redact-stream.ts'
import { createRedactor } from './secrets/redactor.ts'
import { createVault } from './secrets/vault.ts'

/** Locally there is one person: the owner of the data directory. */
export const OWNER: Principal = { tenantId: LOCAL_TENANT, subject: 'owner', scopes: ['read', 'write', 'deploy'] }

export interface Daemon {
  readonly baseUrl: string
  readonly token: string
  /** Resolves when it has left, by itself or because it was asked to. */
  readonly done: Promise<void>
  /** Finishes what runs, stops the servers (the next daemon starts them again) and ends. */
  drain(): void
}

/**
 * Puts the daemon together and listens; the database opens meanwhile.
 * @throws MetaError DATA_DIRECTORY_LOCKED when another daemon owns the data directory
 */
export async function startDaemon(config: Config, headStart?: HeadStart): Promise<Daemon> {
  await using starting = new AsyncDisposableStack()
  const { lock: ownership, database } = headStart ?? takeHeadStart(config)
  starting.use(ownership)
  starting.defer(async () => (await database)?.[Symbol.asyncDispose]())
  const token = ownerToken(config.home)
  const { promise: done, resolve: leave } = Promise.withResolvers<void>()
  const isFindable = () => readDaemonRecord(config.home)?.pid === process.pid
  const presence = createPresence(config.idleLeaveMs, isFindable, () => drain())

  const inboxLinks = createInboxLinks(defaults.inbox.linkMs)
  const redactor = createRedactor()
  starting.defer(redactStream(process.stderr, redactor.redactLog))
  const services = async () => (await opener.open()).services
  const openCalls = createOpenCalls()
  const openQuestions = createOpenQuestions(defaults.confirmation.unansweredMs)
  starting.defer(() => openQuestions.close())
  const meta: MetaEndpoint = createMetaEndpoint(() =>
    createMetaServer({ services, openQuestions, openCalls, fileTools: config.fileTools }, OWNER),
  )
  const app = createApp({
    token,
    principal: OWNER,
    version: ownVersion(),
    meta,
    cancelCall: openCalls.cancel,
    services,
    inboxLinks,
    redact: redactor.redactLog,
    isReady: () => opener.opened() !== undefined,
    async serveDeployment(slug, place, request, response) {
      const { target } = await opener.open()
      await target.handleDeploymentRequest(slug, place, request, response)
    },
    async metrics() {
      const { target } = await opener.open()
      return await target.metrics()
    },
    drain: () => drain(),
  })
  const server = createServer((request, response) => {
    presence.noteRequest(response)
    app(request, response)
  })
  server.on('upgrade', (request, socket, head) => {
    const mount = deploymentMount(request.url)
    const refuse = (): void => void socket.destroy()
    if (!mount) return refuse()
    // Who opens the database tells that it failed; here there is nobody left to tell.
    opener
      .open()
      .then(({ target }) => target.handleDeploymentUpgrade(mount.slug, mount.path, request, socket, head), refuse)
  })
  const listening = await listenOnKeptPort(server, config)
  const { port } = listening
  const baseUrl = `http://127.0.0.1:${port}`
  writeDaemonRecord(config.home, {
    pid: process.pid,
    ...listening,
    token,
    version: ownVersion(),
    configDigest: digestOfConfig(config),
  })
  removeStartMarker(config)

  const opener = createOpener(async () => {
    const opened = await openServices(config, database, { baseUrl, token, inboxLinks, redactor }, presence.noteWork)
    await opened.services.db.listen(SERVERS_CHANGED, (tenantId) => {
      if (tenantId === OWNER.tenantId) meta.tellServersChanged()
    })
    return opened
  })
  const leaving = new AbortController()
  opener.open().then(
    () => setTimeout(() => void loadLate(leaving.signal), defaults.daemon.loadLateMs).unref(),
    // Whoever calls a tool meets the failure, and makes another try; nobody else must.
    (error: unknown) => console.error('The database could not be opened:', error),
  )

  let draining = false
  function drain(): void {
    if (draining) return
    draining = true
    presence.stop()
    leaving.abort()
    void closeDown(config, server, meta, opener)
      .catch((error: unknown) => console.error('Draining met a bug:', error))
      .then(() => lock.disposeAsync())
      .then(leave)
  }
  const lock = starting.move()
  return { baseUrl, token, done, drain }
}

async function closeDown(config: Config, server: Server, meta: MetaEndpoint, opener: Opener<Opened>): Promise<void> {
  removeDaemonRecord(config.home, process.pid)
  const closed = once(server, 'close')
  server.close()
  await meta.close()
  await opener.close()
  server.closeAllConnections()
  await closed
}

interface Opened extends AsyncDisposable {
  readonly services: Services
  readonly target: LocalTarget
}

/** Opens what needs the database, in the order in which things depend on each other, to be closed backwards. */
async function openServices(
  config: Config,
  prepared: PreparedDatabase,
  { baseUrl, token, inboxLinks, redactor }: Pick<Services, 'baseUrl' | 'inboxLinks' | 'redactor'> & { token: string },
  noteWork: (isBusy: () => boolean) => void,
): Promise<Opened> {
  await using resources = new AsyncDisposableStack()
  const daemonId = ownDaemonId(config.home)
  const layersFound = detectIsolationLayers()
  const db = await openDatabase({ ...databaseOptions(config), prepared })
  resources.defer(() => db.close())
  const localHosts = await loadLocalHosts(db, config.allowLocal, OWNER)
  const egress = askingEgress(createEgress({ ...config.network, allowLocal: localHosts.open }), db, OWNER)
  resources.defer(() => egress.close())
  const workshop = createWorkshop({
    cache: config.cache,
    atOnce: defaults.worker.atOnce,
    idleMs: defaults.worker.idleMs,
    timeoutMs: defaults.worker.timeoutMs,
    memoryMiB: defaults.worker.memoryMiB,
  })
  resources.defer(() => workshop.close())
  const meter = createRunnerMeter(config.quota.runnerSecondsPerHour)
  const calls = createSandbox({
    limits: defaults.sandbox,
    runners: defaults.sandbox.runners,
    idleMs: defaults.sandbox.idleMs,
  })
  const sandbox = meteredSandbox(calls, meter)
  resources.defer(() => sandbox.close())
  const tasks = createSandbox({
    limits: { ...defaults.sandbox, wallMs: defaults.sandbox.taskWallMs },
    runners: defaults.sandbox.taskRunners,
    idleMs: defaults.sandbox.idleMs,
  })
  const taskSandbox = meteredSandbox(tasks, meter)
  resources.defer(() => taskSandbox.close())
  const usage = createUsageCounter(db)
  resources.defer(() => usage.close())
  const keyring = openKeyring(config)
  const ownToken = { name: 'MCPWRIGHT_CLOUDFLARE_TOKEN', value: config.cloudflare.token }
  for (const { name, value } of [...config.envSecrets, ownToken])
    if (value !== undefined) redactor.learn({ name, value })
  const vault = createVault(keyring, ({ tenantId, name }, value) => redactor.learn({ name, value }, tenantId))
  await finishRotation(db, vault, keyring)
  await db.asSystem((sql) => vault.noteAll(sql))
  const secrets = createServerSecrets(db, vault, config.envSecrets, (name, tenantId) => {
    const value = config.ownVariable(name)
    if (value !== undefined) redactor.learn({ name, value }, tenantId)
    return value
  })
  const connections = createConnections({
    egress,
    secrets,
    limits: defaults.connection,
    loginDirectory: path.join(config.home, 'logins'),
  })
  resources.defer(() => connections.close())
  const queue = await createQueue({ db, daemonId, onError: (error) => console.error('queue:', error) })

  const { layers } = await layersFound
  const reachServer: Services['reachServer'] = ({ slug }) => target.bridge(slug)
  const schedule = createServerSchedule({ db, daemonId, reachServer })
  const target = createLocalTarget({
    dataDirectory: config.home,
    createBridge: createServerBridge,
    createMetrics: createServerMetrics,
    redactLog: redactor.redactLog,
    bridgeLimits: defaults.bridge,
    layers,
    memoryMiB: defaults.child.memoryMiB,
    findFreePort: () => findFreePort(config.portRange),
    createBroker: (request, log) =>
      brokerFor(request, log, { db, egress, secrets, sandbox, taskSandbox, schedule, connections }),
    environment: (request) => childEnvironment(request, { secrets, vault }),
    onRequest: ({ deployment }) => usage.count(deployment.id),
  })
  const cloudflare = lateTarget({ name: 'cloudflare', settingsSchema: cloudflareSettingsSchema }, async () => {
    const { openCloudflare } = await import('./pipeline/targets/open-cloudflare.ts')
    return openCloudflare({ config, db, egress, redactor, secrets, vault, workshop, ownerToken: token })
  })
  const services: Services = {
    config,
    daemonId,
    db,
    audit: createAuditWriter(db),
    queue,
    egress,
    workshop,
    sandbox,
    scripts: createScriptRunner({ layers, cache: config.cache, meter, limits: defaults.scripts }),
    secrets,
    vault,
    redactor,
    localHosts,
    connections,
    inboxLinks,
    pendingLogins: createPendingLogins(defaults.inbox.linkMs),
    rotateSecrets: () => rotateSecrets(db, vault, keyring),
    targets: { local: target, cloudflare },
    reachServer,
    ownerToken: token,
    baseUrl,
  }
  resources.defer(() => target.closeAll())
  resources.defer(() => cloudflare.close())
  resources.defer(() => schedule.close())
  await restoreDeployments(services, (request) => target.restore(request))
  resources.defer(keepLeases(services))
  resources.defer(watchConnections(services))
  resources.defer(() => queue.stop(defaults.daemon.drainMs))
  resources.defer(eachDay('archives', () => purgeArchives(services)))
  resources.defer(eachDay('cache', () => purgeCache(config.cache, Date.now())))
  schedule.wake()
  // A job may have brought a server up whose calls are due.
  await queue.work(async (job, ...how) => {
    const { handleJob } = await import('./jobs/handle-job.ts')
    return handleJob(job, services, ...how).finally(schedule.wake)
  })
  noteWork(() => target.runningCount() > 0)
  const kept = resources.move()
  return { services, target, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}
