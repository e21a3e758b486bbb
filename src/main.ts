import { once } from 'node:events'
import { defaults } from './config/defaults.ts'
import type { Config } from './config/load-config.ts'
import {
  digestOfConfig,
  ownerToken as readOwnerToken,
  readDaemonRecord,
  removeDaemonRecord,
  writeDaemonRecord,
} from './daemon/daemon-file.ts'
import { removeStartMarker } from './daemon/ensure-daemon.ts'
import { type HeadStart, takeHeadStart } from './daemon/head-start.ts'
import { listenOnKeptPort } from './daemon/listen.ts'
import { loadLate } from './daemon/load-in-turns.ts'
import { createOpener, type Opener } from './daemon/opener.ts'
import { createPresence } from './daemon/presence.ts'
import { ownVersion } from './daemon/version.ts'
import { createInboxLinks } from './inbox/inbox-links.ts'
import { createDoors, type Doors } from './main/create-doors.ts'
import { type Opened, openServices } from './main/open-services.ts'
import { OWNER } from './main/owner.ts'
import { SERVERS_CHANGED } from './registry/server-store.ts'
import { redactStream } from './secrets/redact-stream.ts'
import { createRedactor } from './secrets/redactor.ts'

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
  const token = readOwnerToken(config.home)
  const { promise: done, resolve: leave } = Promise.withResolvers<void>()
  const isFindable = () => readDaemonRecord(config.home)?.pid === process.pid
  const presence = createPresence(config.idleLeaveMs, isFindable, () => drain())

  const inboxLinks = createInboxLinks(defaults.inbox.linkMs)
  const redactor = createRedactor()
  starting.defer(redactStream(process.stderr, redactor.redactLog))
  const surroundings = { config, ownerToken: token, inboxLinks, redactor }
  const doors = createDoors({ ...surroundings, presence, opener: () => opener, drain: () => drain() })
  starting.defer(() => doors.closeQuestions())
  const listening = await listenOnKeptPort(doors.server, config)
  const baseUrl = `http://127.0.0.1:${listening.port}`
  writeDaemonRecord(config.home, {
    pid: process.pid,
    ...listening,
    token,
    version: ownVersion(),
    configDigest: digestOfConfig(config),
  })
  removeStartMarker(config)

  const opener = createOpener(async () => {
    const opened = await openServices({ ...surroundings, baseUrl }, database)
    presence.noteWork(() => opened.target.runningCount() > 0)
    await opened.services.db.listen(SERVERS_CHANGED, (tenantId) => {
      if (tenantId === OWNER.tenantId) doors.meta.tellServersChanged()
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
    void closeDown(config, doors, opener)
      .catch((error: unknown) => console.error('Draining met a bug:', error))
      .then(() => lock.disposeAsync())
      .then(leave)
  }
  const lock = starting.move()
  return { baseUrl, token, done, drain }
}

async function closeDown(config: Config, { server, meta }: Doors, opener: Opener<Opened>): Promise<void> {
  removeDaemonRecord(config.home, process.pid)
  const closed = once(server, 'close')
  server.close()
  await meta.close()
  await opener.close()
  server.closeAllConnections()
  await closed
}
