import { readState } from '../../runtime/targets/cloudflare/state.ts'
import { defaults } from '../config/defaults.ts'
import type { Sql } from '../db/db.ts'
import { shareRead } from '../db/share-read.ts'
import { type BuildContents, compareContents } from '../model/build-contents.ts'
import type { Build } from '../model/build.ts'
import type { Deployment } from '../model/deployment.ts'
import { changeOf } from '../model/file-overlay.ts'
import { settingsBetween } from '../model/deployment-settings.ts'
import type { ServerId, TenantId } from '../model/ids.ts'
import { describeRequest } from '../model/inbox/inbox-item.ts'
import type { Principal } from '../model/principal.ts'
import { type NeededSecret, secretsOf } from '../model/secrets-of.ts'
import type { Server } from '../model/server.ts'
import type { ToolDefinition } from '../model/tool-definition.ts'
import { writeLimits } from '../model/worker-limits.ts'
import { findBuildContents, listBuilds, loadBuild } from '../registry/build-store.ts'
import { listConnections } from '../registry/connection-store.ts'
import { listDeployments } from '../registry/deployment-store.ts'
import { requireServer } from '../registry/server-store.ts'
import { listFileOverlays } from '../registry/file-overlay-store.ts'
import { listSources } from '../registry/source-store.ts'
import { listTools } from '../registry/tool-store.ts'
import { describeConnections } from './connections/describe-connections.ts'
import { listWaiting } from './inbox/answer-inbox.ts'
import { lastWord, tellWaiting } from './morning-report.ts'
import type { SecretResolver } from './resolve-secrets.ts'
import { libraryDigest } from './workshop/package-sources.ts'
import { describeItems, loadSummary, type ServerSummary } from './server-summary.ts'
import type { Services } from './services.ts'

export const SERVER_PARTS = [
  'tools',
  'resources',
  'prompts',
  'code',
  'versions',
  'deployments',
  'secrets',
  'tests',
] as const
export type ServerPart = (typeof SERVER_PARTS)[number]

export interface DescribedServer {
  readonly server: Server
  readonly summary: ServerSummary
  /** Where it is deployed, or has been. */
  readonly deployments: readonly Deployment[]
  /** Its state, what went wrong last, and what waits for a person. */
  readonly text: string
  readonly structured: { readonly server: string; readonly [part: string]: unknown }
}

/**
 * A server as people and models read it, with these parts and all of each.
 * @throws MetaError SERVER_UNKNOWN
 */
export async function describeServer(
  name: string,
  { include, format }: { readonly include: readonly ServerPart[]; readonly format: 'concise' | 'detailed' },
  services: Pick<Services, 'db' | 'secrets'>,
  principal: Principal,
): Promise<DescribedServer> {
  const key = `describe ${principal.tenantId} ${JSON.stringify({ name, include, format })}`
  return shareRead(services.db, key, () => readServer(name, { include, format }, services, principal))
}

async function readServer(
  name: string,
  { include, format }: { readonly include: readonly ServerPart[]; readonly format: 'concise' | 'detailed' },
  services: Pick<Services, 'db' | 'secrets'>,
  principal: Principal,
): Promise<DescribedServer> {
  const { tenantId } = principal
  const found = await services.db.as(tenantId, async (sql) => {
    const server = await requireServer(sql, tenantId, name)
    return {
      server,
      summary: await loadSummary(sql, tenantId, server),
      detailed: format === 'detailed' && include.includes('tools') ? await listTools(sql, tenantId, server.id) : [],
      settings: await listConnections(sql, tenantId, server.id),
      waiting: await listWaiting(sql, principal, server.id),
      sources: await listSources(sql, tenantId, server.id),
      connections: await describeConnections(sql, tenantId, server.id),
      deployments: await listDeployments(sql, tenantId, server.id),
      versions: include.includes('versions') ? await loadVersions(sql, tenantId, server.id) : [],
      newest: include.includes('code') ? await loadBuild(sql, tenantId, server.id, 'latest') : undefined,
      overlays: include.includes('code') ? await listFileOverlays(sql, tenantId, server.id) : [],
    }
  })
  const { server, summary, sources, connections, deployments, versions, newest, overlays, waiting } = found
  const needed = secretsOf({ credentials: summary.credentials, connections: found.settings })
  const wantsSecrets = include.includes('secrets') && needed.length > 0
  const secrets = wantsSecrets ? await services.secrets.load(tenantId, server.id) : undefined
  const parts: Record<ServerPart, () => unknown> = {
    tools: () => (format === 'detailed' ? found.detailed.map(describeTool) : summary.tools),
    resources: () => summary.resources,
    prompts: () => summary.prompts,
    code: () => Object.keys(newest?.files ?? {}),
    versions: () => versions.map((version) => describeVersion(version, deployments)),
    deployments: () => deployments.map(describeDeployment),
    secrets: () => needed.map((secret) => describeSecret(secret, secrets)),
    tests: () => summary.tests.map(describeTest),
  }
  const shown = Object.fromEntries(include.map((part) => [part, parts[part]()]))
  const structured = {
    server: server.name,
    description: server.description,
    status: server.status,
    revision: server.revision,
    exposure: server.exposure,
    tool_count: summary.tools.length,
    hosts: summary.hosts,
    sources: sources.map(({ title, origin, skipped }) => ({ title, origin, skipped: skipped.length })),
    ...(connections.length > 0 && { connections }),
    ...shown,
    ...(overlays.length > 0 && {
      changed_files: overlays.map((overlay) => ({ file: overlay.path, change: changeOf(overlay) })),
    }),
  }
  const message = lastWord(server.id, deployments)
  const text = [
    `${server.name} is ${server.status === 'draft' ? 'a draft' : server.status}, with ${describeItems(summary)}.${message ? ` ${message}` : ''}`,
    ...(include.includes('code') && !newest ? [NO_FILES] : []),
    ...tellWaiting(waiting),
  ].join('\n')
  const report = waiting.length > 0 ? { waiting: waiting.map(describeRequest) } : {}
  return { server, summary, deployments, text, structured: { ...structured, ...report } }
}

const NO_FILES = 'It has no files before its first deploy; the code of its tools is in tools, with format: "detailed".'

function describeTool({ name, effect, description, inputSchema, handler }: ToolDefinition) {
  return {
    name,
    effect,
    description,
    input_schema: inputSchema,
    kind: handler.kind,
    ...(handler.kind === 'code' && { code: handler.source }),
    ...(handler.kind === 'external' && { connection: handler.connection, tool: handler.tool, hash: handler.digest }),
  }
}

/** The newest ten, each with what is new against the one before it. */
async function loadVersions(sql: Sql, tenantId: TenantId, serverId: ServerId): Promise<readonly Version[]> {
  const builds = await listBuilds(sql, tenantId, serverId, VERSIONS + 1)
  const contents: (BuildContents | undefined)[] = []
  for (const { id } of builds) contents.push(await findBuildContents(sql, tenantId, id))
  return builds.slice(0, VERSIONS).map((build, index) => {
    const [after, before] = [contents[index], contents[index + 1]]
    return { build, ...(after && before && { changes: compareContents(before, after) }) }
  })
}

const VERSIONS = defaults.builds.kept

interface Version {
  readonly build: Build
  readonly changes?: readonly string[]
}

function describeVersion({ build, changes }: Version, deployments: readonly Deployment[]) {
  const live = deployments.filter(({ buildId, status }) => buildId === build.id && status === 'running')
  return {
    version: build.version,
    created_at: build.createdAt,
    ok: build.checks.every(({ ok }) => ok),
    ...(changes && { changes: changes.length > 0 ? changes : ['only the library that it is built with'] }),
    ...(build.ranAt === null && { never_ran: true }),
    ...(live.length > 0 && { runs_on: live.map(({ target }) => target) }),
    ...(build.library !== libraryDigest() && { outdated: true }),
  }
}

function describeDeployment(deployment: Deployment) {
  const { target, status, statusMessage, endpointUrl, seen, requestCount, lastRequestAt } = deployment
  const { settings, wantedSettings } = deployment
  const waiting = settingsBetween(settings, wantedSettings)
  const limits = writeLimits(readState(deployment)?.limits ?? {})
  return {
    target,
    status,
    ...(statusMessage && { message: statusMessage }),
    ...(endpointUrl && { url: endpointUrl }),
    ...(seen && status === 'running' && { seen }),
    // Of each call.
    ...(Object.keys(limits).length > 0 && { limits }),
    ...(Object.keys(settings).length > 0 && { settings }),
    // Asked for, and not in force; null: to be taken away.
    ...(Object.keys(waiting).length > 0 && { settings_not_in_force: waiting }),
    requests: requestCount,
    ...(lastRequestAt && { last_request_at: lastRequestAt }),
  }
}

function describeSecret({ name, hosts, purpose }: NeededSecret, secrets: SecretResolver | undefined) {
  return { name, hosts, purpose, set: secrets?.names(hosts).includes(name) ?? false }
}

function describeTest({ name, tool, input, mocks, expected }: ServerSummary['tests'][number]) {
  return { name, tool, input, answers: mocks.length, expects_error: expected.isError }
}
