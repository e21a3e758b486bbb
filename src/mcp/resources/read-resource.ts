import {
  type BlobResourceContents,
  ResourceNotFoundError,
  type TextResourceContents,
} from '@modelcontextprotocol/server'
import type { Principal } from '../../model/principal.ts'
import type { Services } from '../../pipeline/services.ts'
import { findBuild, loadBuildById } from '../../registry/build-store.ts'
import { findServerByName } from '../../registry/server-store.ts'
import type { MetaResult } from '../meta-result.ts'
import { makeMcpb } from '../../pipeline/install/make-mcpb.ts'
import { readGuide } from './guides.ts'
import { type ResourceAddress, readResourceUri } from './resource-uris.ts'

/** Calls a meta tool for the one who reads. */
export type CallTool = (name: string, input: Readonly<Record<string, unknown>>) => Promise<MetaResult>

/**
 * Reads a guide, a server as get_server shows it, or a file of one of its versions; known secrets are taken out.
 * @throws ResourceNotFoundError
 */
export async function readResource(
  uri: string,
  callTool: CallTool,
  services: () => Promise<Services>,
  principal: Principal,
  signal: AbortSignal,
): Promise<{ contents: (TextResourceContents | BlobResourceContents)[] }> {
  const address = readResourceUri(uri)
  const content = address && (await readAddress(address, callTool, services, principal, signal))
  if (!content) throw new ResourceNotFoundError(uri)
  return { contents: [{ uri, ...content }] }
}

type Content = Pick<TextResourceContents, 'mimeType' | 'text'> | Pick<BlobResourceContents, 'mimeType' | 'blob'>

async function readAddress(
  address: ResourceAddress,
  callTool: CallTool,
  services: () => Promise<Services>,
  principal: Principal,
  signal: AbortSignal,
): Promise<Content | undefined> {
  if (address.kind === 'guide') {
    const text = await readGuide(address.topic)
    return text === undefined ? undefined : { mimeType: 'text/markdown', text }
  }
  if (address.kind === 'server') {
    const shown = await callTool('get_server', { server: address.server, include: [...PARTS] })
    if (shown.isError) return undefined
    return { mimeType: 'application/json', text: JSON.stringify(shown.structuredContent, undefined, 2) }
  }
  if (address.kind === 'mcpb') return readMcpb(address.server, await services(), principal, signal)
  return readFileOf(address, await services(), principal)
}

const PARTS = ['tools', 'resources', 'prompts', 'code', 'versions', 'deployments', 'secrets', 'tests'] as const

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
