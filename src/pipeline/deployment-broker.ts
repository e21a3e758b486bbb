import { entriesLimit } from '../../runtime/library/server/memory-store.ts'
import type { KeyValueStore } from '../../runtime/library/tool-context.ts'
import type { Sandbox } from '../../runtime/sandbox/sandbox.ts'
import type { Broker } from '../../runtime/supervisor/broker.ts'
import type { Db } from '../db/db.ts'
import { MetaError } from '../errors/meta-error.ts'
import type { DeploymentRequest, LogLine } from '../model/deployment-target.ts'
import type { ServerId, TenantId } from '../model/ids.ts'
import type { Egress } from '../net/egress.ts'
import { findToolEffect } from '../registry/build-store.ts'
import { deleteValue, getValue, listKeys, listValues, replaceValue, setValue } from '../registry/store-values.ts'
import type { Vault } from '../secrets/vault.ts'
import { connectedCaller } from './connections/connected-caller.ts'
import type { Connections } from './connections/connections.ts'
import { createBroker } from './create-broker.ts'
import type { ServerSecrets } from './server-secrets.ts'
import type { ServerSchedule } from './server-schedule.ts'

interface BrokerServices {
  readonly db: Db
  readonly egress: Egress
  readonly secrets: ServerSecrets
  readonly sandbox: Sandbox
  readonly taskSandbox: Sandbox
  readonly schedule: ServerSchedule
  readonly connections: Connections
}

/** The broker of one deployed build: its hosts, its store, its code. */
export function brokerFor(
  request: DeploymentRequest,
  log: (level: LogLine['level'], message: string) => void,
  { db, egress, secrets, sandbox, taskSandbox, schedule, connections }: BrokerServices,
): Broker {
  const { server, build, hosts, credentials } = request
  const callLater = schedule.join(request, log)
  return createBroker({
    tenantId: server.tenantId,
    caller: `${server.tenantId}/${server.id}`,
    hosts,
    egress,
    // A refresh token that was replaced is read anew by the next child of this very broker.
    secrets: {
      names: (wanted) => secrets.loaded(server.id).names(wanted),
      value: (name, host) => secrets.loaded(server.id).value(name, host),
    },
    saveCredential: (name, value) => secrets.replaceRefreshToken({ ...server, credentials }, name, value),
    sandbox,
    taskSandbox,
    toolsBundle: build.artefacts['tools.mjs'] ?? '',
    warmKey: `${server.tenantId}/${server.id}`,
    callConnected: connectedCaller(request, log, { db, secrets, connections }),
    // Asked only when code sends what changes something.
    effectOf: async (tool) =>
      (await db.as(server.tenantId, (sql) => findToolEffect(sql, server.tenantId, build.id, tool))) ?? undefined,
    store: serverStore(db, server.tenantId, server.id),
    onNotice: (notice) => {
      if (notice.kind === 'log') log(notice.level, logText(notice.message, notice.details))
    },
    schedule: (tool, input, delayMs) => callLater({ tool, input, delayMs }),
  })
}

/** All that a server's child finds in its environment: the names of the secrets that are set, and its own sealing key. */
export function childEnvironment(
  { server, hosts }: DeploymentRequest,
  { secrets, vault }: { readonly secrets: ServerSecrets; readonly vault: Vault },
): Record<string, string> {
  return {
    MCPWRIGHT_SECRETS: secrets.loaded(server.id).names(hosts).join(','),
    MCPWRIGHT_STATE_KEY: vault.deriveKey('request-state', server.id),
  }
}

const KEY_CHARACTERS = 500
const VALUE_CHARACTERS = 1_000_000

function serverStore(db: Db, tenantId: TenantId, serverId: ServerId): KeyValueStore {
  return {
    get: (key) => db.as(tenantId, (sql) => getValue(sql, tenantId, serverId, key)),
    async set(key, value) {
      refuseLarge(key, value)
      await db.as(tenantId, (sql) => setValue(sql, tenantId, serverId, key, value))
    },
    delete: (key) => db.as(tenantId, (sql) => deleteValue(sql, tenantId, serverId, key)),
    list: (prefix = '') => db.as(tenantId, (sql) => listKeys(sql, tenantId, serverId, prefix)),
    async compareAndSet(key, expected, value) {
      refuseLarge(key, value)
      return db.as(tenantId, (sql) => replaceValue(sql, tenantId, serverId, key, { expected, value }))
    },
    entries: (prefix = '', page = {}) =>
      db.as(tenantId, (sql) =>
        listValues(sql, tenantId, serverId, { prefix, after: page.after ?? '', limit: entriesLimit(page) }),
      ),
  }
}

function refuseLarge(key: string, value: unknown): void {
  const size = (JSON.stringify(value) ?? '').length
  if (key.length <= KEY_CHARACTERS && size <= VALUE_CHARACTERS) return
  throw new MetaError(
    'LIMIT_EXCEEDED',
    `The value of "${key.slice(0, 50)}" has ${size} characters, its key ${key.length}.`,
    `Keys have at most ${KEY_CHARACTERS}, values ${VALUE_CHARACTERS} characters of JSON.`,
  )
}

function logText(message: string, details: unknown): string {
  return details === undefined ? message : `${message} ${JSON.stringify(details)}`
}
