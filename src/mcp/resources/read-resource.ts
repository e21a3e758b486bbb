import {
  type BlobResourceContents,
  ResourceNotFoundError,
  type TextResourceContents,
} from '@modelcontextprotocol/server'
import type { Principal } from '../../model/principal.ts'
import type { Services } from '../../pipeline/services.ts'
import { findBuild, loadBuildById } from '../../registry/build-store.ts'
import { evaluationsXml } from '../../model/evaluation.ts'
import { listEvaluations } from '../../registry/evaluation-store.ts'
import { findServerByName } from '../../registry/server-store.ts'
import { MetaError } from '../../errors/meta-error.ts'
import { describeServer, SERVER_PARTS } from '../../pipeline/describe-server.ts'
import { makeMcpb } from '../../pipeline/install/make-mcpb.ts'
import { readGuide } from './guides.ts'
import { type ResourceAddress, readResourceUri } from './resource-uris.ts'

/**
 * Reads a guide, the whole of what get_server shows of a server, or a file of one of its versions; known secrets are taken out.
 * @throws ResourceNotFoundError
 */
export async function readResource(
  uri: string,
  services: () => Promise<Services>,
  principal: Principal,
  signal: AbortSignal,
): Promise<{ contents: (TextResourceContents | BlobResourceContents)[] }> {
  const address = readResourceUri(uri)
  const content = address && (await readAddress(address, services, principal, signal))
  if (!content) throw new ResourceNotFoundError(uri)
  return { contents: [{ uri, ...content }] }
}

type Content = Pick<TextResourceContents, 'mimeType' | 'text'> | Pick<BlobResourceContents, 'mimeType' | 'blob'>

async function readAddress(
  address: ResourceAddress,
  services: () => Promise<Services>,
  principal: Principal,
  signal: AbortSignal,
): Promise<Content | undefined> {
  if (address.kind === 'guide') {
    const text = await readGuide(address.topic)
    return text === undefined ? undefined : { mimeType: 'text/markdown', text }
  }
  if (address.kind === 'server') {
    return readServer(address.server, await services(), principal)
  }
  if (address.kind === 'evaluation') return readEvaluations(address.server, await services(), principal)
  if (address.kind === 'mcpb') return readMcpb(address.server, await services(), principal, signal)
  return readFileOf(address, await services(), principal)
}

async function readServer(name: string, services: Services, principal: Principal): Promise<Content | undefined> {
  try {
    const { structured } = await describeServer(name, { include: SERVER_PARTS, format: 'concise' }, services, principal)
    const shown = services.redactor.redact(structured, principal.tenantId)
    return { mimeType: 'application/json', text: JSON.stringify(shown, undefined, 2) }
  } catch (error) {
    if (error instanceof MetaError && error.code === 'SERVER_UNKNOWN') return undefined
    throw error
  }
}

async function readEvaluations(
  name: string,
  { db, redactor }: Services,
  { tenantId }: Principal,
): Promise<Content | undefined> {
  const evaluations = await db.as(tenantId, async (sql) => {
    const server = await findServerByName(sql, tenantId, name)
    return server && listEvaluations(sql, tenantId, server.id)
  })
  if (!evaluations || evaluations.length === 0) return undefined
  return { mimeType: 'application/xml', text: redactor.redact(evaluationsXml(name, evaluations), tenantId) }
}

async function readMcpb(
  name: string,
  services: Services,
  { tenantId }: Principal,
  signal: AbortSignal,
): Promise<Content | undefined> {
  const server = await services.db.as(tenantId, (sql) => findServerByName(sql, tenantId, name))
  if (!server) return undefined
  const { bytes } = await makeMcpb(server, services, signal)
  return { mimeType: 'application/zip', blob: Buffer.from(bytes).toString('base64') }
}

async function readFileOf(
  address: Extract<ResourceAddress, { kind: 'file' | 'bundle' }>,
  { db, redactor }: Services,
  { tenantId }: Principal,
): Promise<Content | undefined> {
  const build = await db.as(tenantId, async (sql) => {
    const server = await findServerByName(sql, tenantId, address.server)
    const version = address.kind === 'bundle' ? address.version : 'latest'
    const found = server && (await findBuild(sql, tenantId, server.id, version))
    return found && loadBuildById(sql, tenantId, found.id)
  })
  const files = { ...build?.files, ...build?.artefacts }
  const text = Object.hasOwn(files, address.path) ? files[address.path] : undefined
  return text === undefined ? undefined : { mimeType: mimeTypeOf(address.path), text: redactor.redact(text, tenantId) }
}

const MIME_TYPES: Readonly<Record<string, string>> = {
  ts: 'text/x-typescript',
  mjs: 'text/javascript',
  json: 'application/json',
  jsonc: 'application/json',
  md: 'text/markdown',
}

function mimeTypeOf(path: string): string {
  return MIME_TYPES[path.split('.').at(-1) ?? ''] ?? 'text/plain'
}
