import { randomUUID } from 'node:crypto'
import { MetaError } from '../errors/meta-error.ts'
import type { ServerId, TenantId } from '../model/ids.ts'
import { SERVER_NAME } from '../model/names.ts'
import {
  type PortableDefinition,
  type PortableServer,
  portableServerSchema,
  toPortable,
} from '../model/portable-server.ts'
import type { Server } from '../model/server.ts'
import type { ServerDefinition } from '../model/server-definition.ts'
import { hostsOf } from '../model/server-hosts.ts'
import { loadDefinition } from '../registry/load-definition.ts'
import { putFileOverlay } from '../registry/file-overlay-store.ts'
import { requireServer } from '../registry/server-store.ts'
import { refuseTooMuch } from './files/change-files.ts'
import { holdAgainstSchema, refuseInvalidSchemas } from './hold-against-schema.ts'
import { addServer } from './quota.ts'
import type { Services } from './services.ts'
import { storeTemplate } from './store-template.ts'

/** @throws MetaError SERVER_UNKNOWN */
export async function exportServer(
  name: string,
  { db }: Pick<Services, 'db'>,
  tenantId: TenantId,
  mcpwright: string,
): Promise<PortableServer> {
  const definition = await db.as(tenantId, async (sql) =>
    loadDefinition(sql, tenantId, await requireServer(sql, tenantId, name)),
  )
  return toPortable(definition, mcpwright)
}

/** What a file would bring, for a person to look at. */
export interface ServerPreview {
  readonly name: string
  readonly tools: number
  readonly hosts: readonly string[]
  /** Names of those that have to be entered. */
  readonly credentials: readonly string[]
  readonly code: number
  /** That were changed by hand. */
  readonly files: number
}

export function previewServer({ server }: PortableServer, name = server.name): ServerPreview {
  return {
    name,
    tools: server.tools.length,
    hosts: hostsOf(definitionOf(server, name)),
    credentials: server.credentials.map((credential) => credential.name),
    code: server.tools.filter(({ handler }) => handler.kind === 'code').length,
    files: server.overlays?.length ?? 0,
  }
}

/**
 * Makes a server from a file of another mcpwright, as a draft. Its code is compiled and its schemas are read first.
 * @param name  in the place of its own
 * @throws MetaError SERVER_NAME_INVALID, SERVER_NAME_TAKEN, SCHEMA_INVALID, FILE_NOT_ALLOWED, BUILD_FAILED, CODE_INVALID, LIMIT_EXCEEDED
 */
export async function importServer(
  { server }: PortableServer,
  { db, config, workshop }: Pick<Services, 'db' | 'config' | 'workshop'>,
  { tenantId, name = server.name, signal }: { tenantId: TenantId; name?: string | undefined; signal: AbortSignal },
): Promise<Server> {
  if (!SERVER_NAME.test(name)) {
    const fix = 'Give --name: lower-case letters, digits and hyphens, 2 to 39 of them, a letter first.'
    throw new MetaError('SERVER_NAME_INVALID', `"${name}" is no name of a server.`, fix)
  }
  const { overlays = [] } = server
  refuseTooMuch(overlays)
  const schemas = Object.fromEntries(server.tools.map((tool) => [tool.name, tool.inputSchema]))
  await refuseInvalidSchemas(schemas, { workshop }, tenantId, signal)
  await workshop.run('make-project', { definition: definitionOf(server, name), knownDigests: [] }, { tenantId, signal })
  return db.as(tenantId, async (sql) => {
    const { description, exposure } = server
    const added = await addServer(sql, config.quota, tenantId, { name, description, exposure })
    await storeTemplate(sql, config.quota, added, { ...server, first: '', next: [] })
    for (const overlay of overlays) await putFileOverlay(sql, tenantId, added.id, overlay)
    return added
  })
}

/** @throws MetaError ARGUMENTS_INVALID with all that is wrong with a text that is no server */
export async function readPortable(
  text: string,
  services: Pick<Services, 'workshop'>,
  tenantId: TenantId,
  signal: AbortSignal,
): Promise<PortableServer> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw notPortable([error instanceof Error ? error.message : String(error)])
  }
  const held = { label: 'the exported server', schema: portableServerSchema, value }
  const violations = await holdAgainstSchema(held, services, tenantId, signal)
  if (violations.length > 0) throw notPortable(violations)
  // The schema is that of the type, as far as anything here relies on it.
  return value as PortableServer
}

function notPortable(violations: readonly string[]): MetaError {
  return new MetaError(
    'ARGUMENTS_INVALID',
    `This is no server that mcpwright exported: ${violations.slice(0, 5).join('; ')}.`,
    'Give a file that "mcpwright export <server>" wrote.',
  )
}

function definitionOf(server: PortableDefinition, name: string): ServerDefinition {
  // It stands for the server that is not made yet.
  const id = randomUUID() as ServerId
  return { ...server, name, id, tenantId: id as string as TenantId, revision: 1, connections: [] }
}
