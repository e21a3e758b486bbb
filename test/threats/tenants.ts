import { randomBytes, randomUUID } from 'node:crypto'
import { Client, InMemoryTransport } from '@modelcontextprotocol/client'
import { loadConfig } from '../../src/config/load-config.ts'
import type { Database } from '../../src/db/database.ts'
import { createInboxLinks } from '../../src/inbox/inbox-links.ts'
import { createMetaServer } from '../../src/mcp/meta-server.ts'
import { createOpenCalls } from '../../src/mcp/open-calls.ts'
import { createOpenQuestions } from '../../src/mcp/open-questions.ts'
import { type DaemonId, LOCAL_TENANT, type TenantId } from '../../src/model/ids.ts'
import type { Principal } from '../../src/model/principal.ts'
import { createEgress } from '../../src/net/egress.ts'
import { createAuditWriter } from '../../src/pipeline/audit-writer.ts'
import { createServerSecrets } from '../../src/pipeline/server-secrets.ts'
import type { Services } from '../../src/pipeline/services.ts'
import { createWorkshop } from '../../src/pipeline/workshop/workshop.ts'
import { createQueue } from '../../src/queue/pg-boss-queue.ts'
import { keyringOf, toMasterKey } from '../../src/secrets/keyring.ts'
import { createRedactor } from '../../src/secrets/redactor.ts'
import { createVault } from '../../src/secrets/vault.ts'
import { temporaryDirectory } from '../db/temporary-directory.ts'
import { openTestPglite } from '../db/test-pglite.ts'

/** Both have the same subject and scopes: the tenant alone tells them apart. */
export const ADA: Principal = { tenantId: LOCAL_TENANT, subject: 'owner', scopes: ['read', 'write', 'deploy'] }
export const BOB: Principal = { ...ADA, tenantId: '00000000-0000-7000-8000-000000000002' as TenantId }

export interface Tenants extends AsyncDisposable {
  readonly db: Database
  readonly services: Services
  /** A client of the one meta server, for a principal. */
  connect(principal: Principal): Promise<Client>
}

/** One daemon's services over one database, for two tenants; nothing is deployed. */
export async function openTenants(): Promise<Tenants> {
  await using resources = new AsyncDisposableStack()
  const db = await openTestPglite()
  resources.defer(() => db.close())
  await db.asSystem((sql) => sql.query(`INSERT INTO tenants VALUES ($1, 'bob')`, [BOB.tenantId]))
  const { path: cache } = resources.use(await temporaryDirectory())
  const workshop = createWorkshop({ cache, atOnce: 2, idleMs: 60_000, timeoutMs: 60_000, memoryMiB: 640 })
  resources.defer(() => workshop.close())
  const egress = createEgress({ allowLocal: new Set() })
  resources.defer(() => egress.close())
  // A brand.
  const queue = await createQueue({ db, daemonId: randomUUID() as DaemonId, onError: () => {} })
  resources.defer(() => queue.stop(0))
  const vault = createVault(keyringOf([toMasterKey(randomBytes(32))]))
  // What runs and reaches servers is not used here.
  const services = {
    config: loadConfig({ MCPWRIGHT_MAX_SERVERS: '1000' }),
    db,
    audit: createAuditWriter(db),
    queue,
    workshop,
    egress,
    vault,
    sightings: { refresh: () => {}, look: async () => undefined, close: () => {} },
    secrets: createServerSecrets(db, vault, [], () => undefined),
    redactor: createRedactor(),
    inboxLinks: createInboxLinks(60_000),
    baseUrl: 'http://127.0.0.1:1',
    reachServer: () => undefined,
  } as unknown as Services
  const openQuestions = createOpenQuestions(60_000)
  resources.defer(() => openQuestions.close())
  const parts = { fileTools: true, services: async () => services, openQuestions, openCalls: createOpenCalls() }
  const kept = resources.move()
  return {
    db,
    services,
    async connect(principal) {
      const client = new Client({ name: 'test', version: '1.0.0' })
      const [one, other] = InMemoryTransport.createLinkedPair()
      const server = createMetaServer(parts, principal)
      kept.defer(() => server.close())
      await Promise.all([server.connect(other), client.connect(one)])
      return client
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}
