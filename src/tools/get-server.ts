import { MetaError, type NextCall } from '../errors/meta-error.ts'
import type { Deployment } from '../model/deployment.ts'
import { describeRequest } from '../model/inbox/inbox-item.ts'
import { nearestName } from '../model/names.ts'
import { secretsOf } from '../model/secrets-of.ts'
import type { Server } from '../model/server.ts'
import type { SavedTest } from '../model/saved-test.ts'
import { hostsOf } from '../model/server-hosts.ts'
import type { ServerDefinition } from '../model/server-definition.ts'
import type { Sql } from '../db/db.ts'
import { type BuildContents, compareContents } from '../model/build-contents.ts'
import type { Build } from '../model/build.ts'
import type { ServerId, TenantId } from '../model/ids.ts'
import { describeConnections } from '../pipeline/connections/describe-connections.ts'
import type { SecretResolver } from '../pipeline/resolve-secrets.ts'
import { findBuildContents, listBuilds, loadBuild } from '../registry/build-store.ts'
import { waitingItems } from '../pipeline/inbox/answer-inbox.ts'
import { lastWord, tellWaiting } from '../pipeline/morning-report.ts'
import { listDeployments } from '../registry/deployment-store.ts'
import { loadDefinition } from '../registry/load-definition.ts'
import { requireServer } from '../registry/server-store.ts'
import { listSources } from '../registry/source-store.ts'
import { fitAnswer } from './fit-answer.ts'
import { defineTool, objectSchema, READS, serverArgument } from './meta-tool.ts'

const PARTS = ['tools', 'resources', 'prompts', 'code', 'versions', 'deployments', 'secrets', 'tests'] as const

interface Input {
  readonly server: string
  readonly include?: readonly (typeof PARTS)[number][]
  readonly file?: string
  readonly format?: 'concise' | 'detailed'
}

export const getServer = defineTool<Input>({
  name: 'get_server',
  title: 'Show a server',
  description: 'Shows a server: what it is, and the parts you ask for.',
  inputSchema: objectSchema(
    {
      server: serverArgument,
      include: {
        type: 'array',
        items: { type: 'string', enum: [...PARTS] },
        description: 'tools, deployments and secrets by default.',
      },
      file: { type: 'string', maxLength: 300, description: 'A path of the newest version: "src/server.ts".' },
      format: { type: 'string', enum: ['concise', 'detailed'], description: 'detailed shows schemas too.' },
    },
    ['server'],
  ),
  scope: 'read',
  annotations: READS,
  async run(
    { server: name, include = ['tools', 'deployments', 'secrets'], file, format = 'concise' },
    { services, principal },
  ) {
    const { tenantId } = principal
    const found = await services.db.as(tenantId, async (sql) => {
      const server = await requireServer(sql, tenantId, name)
      const wantsFiles = include.includes('code') || file !== undefined
      return {
        server,
        definition: await loadDefinition(sql, tenantId, server),
        sources: await listSources(sql, tenantId, server.id),
        connections: await describeConnections(sql, tenantId, server.id),
        deployments: await listDeployments(sql, tenantId, server.id),
        versions: include.includes('versions') ? await loadVersions(sql, tenantId, server.id) : [],
        newest: wantsFiles ? await loadBuild(sql, tenantId, server.id, 'latest') : undefined,
      }
    })
    const { server, definition, sources, connections, deployments, versions, newest } = found
    const secrets = await services.secrets.load(tenantId, server.id)
    if (file !== undefined) return showFile(name, file, newest?.files)
    const parts: Record<(typeof PARTS)[number], () => unknown> = {
      tools: () => describeTools(definition, format),
      resources: () =>
        definition.resources.map(({ name: resource, uri, mimeType }) => ({ name: resource, uri, mimeType })),
      prompts: () =>
        definition.prompts.map(({ name: prompt, description, arguments: args }) => ({
          name: prompt,
          description,
          arguments: args,
        })),
      code: () => Object.keys(newest?.files ?? {}),
      versions: () => versions.map((version) => describeVersion(version, deployments)),
      deployments: () => deployments.map(describeDeployment),
      secrets: () => describeSecrets(definition, secrets),
      tests: () => (definition.tests ?? []).map(describeTest),
    }
    const shown = Object.fromEntries(include.map((part) => [part, parts[part]()]))
    const structured = {
      server: server.name,
      description: server.description,
      status: server.status,
      revision: server.revision,
      exposure: server.exposure,
      tool_count: definition.tools.length,
      hosts: hostsOf(definition),
      sources: sources.map(({ title, origin, skipped }) => ({ title, origin, skipped: skipped.length })),
      ...(connections.length > 0 && { connections }),
      ...shown,
    }
    const waiting = (await waitingItems(services, principal)).filter((item) => item.server?.id === server.id)
    const message = lastWord(server.id, deployments)
    const text = [
      `${server.name} is ${server.status}, with ${definition.tools.length} tools.${message ? ` ${message}` : ''}`,
      ...tellWaiting(waiting),
    ].join('\n')
    const report = waiting.length > 0 ? { waiting: waiting.map(describeRequest) } : {}
    return fitAnswer({ text, structured: { ...structured, ...report }, next: [nextFor(server, definition)] })
  },
})

/** What a server in this state is mostly looked at for. */
function nextFor({ name, status }: Server, { tools, resources, prompts }: ServerDefinition): NextCall {
  if (tools.length + resources.length + prompts.length === 0) return { tool: 'add_tool', arguments: { server: name } }
  return status === 'running'
    ? { tool: 'check_server', arguments: { server: name } }
    : { tool: 'deploy', arguments: { server: name } }
}

function showFile(server: string, file: string, files: Readonly<Record<string, string>> | undefined) {
  const text = files?.[file]
  if (files && text !== undefined) return fitAnswer({ text, structured: { server, file, text } })
  if (!files)
    throw new MetaError('VERSION_UNKNOWN', `Server "${server}" has not been built yet.`, 'Deploy it first.', {
      next: { tool: 'deploy', arguments: { server } },
    })
  const near = nearestName(file, Object.keys(files))
  throw new MetaError(
    'VERSION_UNKNOWN',
    `The project of "${server}" has no file "${file}".`,
    near ? `Did you mean "${near}"?` : 'include: ["code"] lists its files.',
  )
}

function describeTools({ tools }: ServerDefinition, format: 'concise' | 'detailed') {
  return tools.map(({ name, effect, description, inputSchema, handler }) =>
    format === 'detailed'
      ? {
          name,
          effect,
          description,
          input_schema: inputSchema,
          kind: handler.kind,
          ...(handler.kind === 'code' && { code: handler.source }),
          ...(handler.kind === 'external' && {
            connection: handler.connection,
            tool: handler.tool,
            hash: handler.digest,
          }),
        }
      : { name, effect, description: description.split('\n', 1)[0]?.slice(0, 120) },
  )
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

const VERSIONS = 10

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
  }
}

function describeDeployment(deployment: Deployment) {
  const { target, status, statusMessage, endpointUrl, requestCount, lastRequestAt } = deployment
  return {
    target,
    status,
    ...(statusMessage && { message: statusMessage }),
    ...(endpointUrl && { url: endpointUrl }),
    requests: requestCount,
    ...(lastRequestAt && { last_request_at: lastRequestAt }),
  }
}

function describeSecrets(definition: ServerDefinition, { names }: SecretResolver) {
  return secretsOf(definition).map(({ name, hosts, purpose }) => ({
    name,
    hosts,
    purpose,
    set: names(hosts).includes(name),
  }))
}

function describeTest({ name, tool, input, mocks, expected }: SavedTest) {
  return { name, tool, input, answers: mocks.length, expects_error: expected.isError }
}
