import type { ErrorCode } from '../errors/codes.ts'
import { MetaError } from '../errors/meta-error.ts'
import { nearestName } from '../model/names.ts'
import { listPrompts, removePrompt } from '../registry/prompt-store.ts'
import { listResources, removeResource } from '../registry/resource-store.ts'
import { listSavedTests, removeSavedTest } from '../registry/saved-test-store.ts'
import { bumpRevision, requireServer } from '../registry/server-store.ts'
import { toolNames } from '../registry/tool-store.ts'
import { removeConnection, removeToolAndPin } from '../pipeline/connections/remove-connection.ts'
import { listConnections } from '../registry/connection-store.ts'
import type { Sql } from '../db/db.ts'
import type { ServerId, TenantId } from '../model/ids.ts'
import { answerSchema, string } from './answer-schema.ts'
import { confirmArgument, DELETES, defineTool, objectSchema, serverArgument } from './meta-tool.ts'

type Kind = 'tool' | 'resource' | 'prompt' | 'connection' | 'test'

interface Input {
  readonly server: string
  readonly kind: Kind
  readonly name: string
}

export const removeItem = defineTool({
  name: 'remove_item',
  title: 'Remove an item',
  description: 'Removes an item. What is deployed keeps it until the next deploy.',
  inputSchema: objectSchema(
    {
      server: serverArgument,
      kind: { type: 'string', enum: ['tool', 'resource', 'prompt', 'connection', 'test'] },
      name: { type: 'string', maxLength: 64 },
      confirm: confirmArgument,
    },
    ['server', 'kind', 'name'],
  ),
  outputSchema: answerSchema(['removed'], { server: string, removed: string }),
  scope: 'write',
  annotations: DELETES,
  async run({ server: serverName, kind, name }: Input, { services, confirm, principal: { tenantId } }) {
    const { remove, names } = KINDS[kind]
    await services.db.as(tenantId, async (sql) => {
      const server = await requireServer(sql, tenantId, serverName)
      const known = await names(sql, tenantId, server.id)
      if (!known.includes(name)) throw unknownItem(serverName, kind, name, known)
    })
    await confirm(`Remove the ${kind} "${name}" from "${serverName}"?`, 'destroys')
    await services.db.as(tenantId, async (sql) => {
      const server = await requireServer(sql, tenantId, serverName)
      // Another call may have removed it while the person was asked.
      if (!(await remove(sql, tenantId, server.id, name))) throw unknownItem(serverName, kind, name, [])
      await bumpRevision(sql, tenantId, server.id)
    })
    return {
      text: `The ${kind} "${name}" is removed from "${serverName}".`,
      structured: { server: serverName, removed: name },
      next: [{ tool: 'deploy', arguments: { server: serverName } }],
    }
  },
})

function unknownItem(server: string, kind: Kind, name: string, known: readonly string[]): MetaError {
  const near = nearestName(name, known)
  // Connections are always shown.
  const parts = kind === 'connection' ? {} : { include: [`${kind}s`] }
  return new MetaError(
    KINDS[kind].code,
    `Server "${server}" has no ${kind} "${name}".`,
    near ? `Did you mean "${near}"?` : 'get_server shows what it has.',
    { next: { tool: 'get_server', arguments: { server, ...parts } } },
  )
}

interface KindStore {
  readonly code: ErrorCode
  remove(sql: Sql, tenantId: TenantId, serverId: ServerId, name: string): Promise<boolean>
  names(sql: Sql, tenantId: TenantId, serverId: ServerId): Promise<readonly string[]>
}

const KINDS: Readonly<Record<Kind, KindStore>> = {
  tool: { code: 'TOOL_UNKNOWN', remove: removeToolAndPin, names: toolNames },
  resource: {
    code: 'RESOURCE_UNKNOWN',
    remove: removeResource,
    names: async (...of) => (await listResources(...of)).map(({ name }) => name),
  },
  prompt: {
    code: 'PROMPT_UNKNOWN',
    remove: removePrompt,
    names: async (...of) => (await listPrompts(...of)).map(({ name }) => name),
  },
  connection: {
    code: 'CONNECTION_UNKNOWN',
    remove: removeConnection,
    names: async (...of) => (await listConnections(...of)).map(({ name }) => name),
  },
  test: {
    code: 'TEST_UNKNOWN',
    remove: removeSavedTest,
    names: async (...of) => (await listSavedTests(...of)).map(({ name }) => name),
  },
}
