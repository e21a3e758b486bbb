import { defaults } from '../config/defaults.ts'
import { MetaError, type NextCall } from '../errors/meta-error.ts'
import { usualTarget } from '../model/deployment.ts'
import { nearestName } from '../model/names.ts'
import { describeServer, type DescribedServer, SERVER_PARTS, type ServerPart } from '../pipeline/describe-server.ts'
import { tellSightings } from '../pipeline/morning-report.ts'
import { listTargetVersions } from '../pipeline/targets/list-target-versions.ts'
import { loadBuild } from '../registry/build-store.ts'
import { requireServer } from '../registry/server-store.ts'
import { answerSchema, array, integer, object, string, strings } from './answer-schema.ts'
import { fitAnswer } from './fit-answer.ts'
import { type AnswerOf, defineTool, type MetaCall, objectSchema, READS, serverArgument } from './meta-tool.ts'

interface Input {
  readonly server: string
  readonly include?: readonly ServerPart[]
  readonly file?: string
  readonly format?: 'concise' | 'detailed'
}

const BY_DEFAULT = ['tools', 'deployments', 'secrets'] as const

const gives = answerSchema(
  ['status', 'tools', 'deployments'],
  { server: string },
  {
    status: string,
    description: string,
    revision: integer,
    exposure: string,
    tool_count: integer,
    hosts: strings,
    sources: array,
    connections: array,
    tools: array,
    resources: array,
    prompts: array,
    code: strings,
    changed_files: array,
    versions: array,
    elsewhere: object,
    usage: object,
    deployments: array,
    secrets: array,
    tests: array,
    waiting: strings,
    file: string,
    text: string,
  },
)
type Answer = AnswerOf<typeof gives>

export const getServer = defineTool({
  name: 'get_server',
  title: 'Show server',
  description: 'Shows a server, and the parts you ask for.',
  inputSchema: objectSchema(
    {
      server: serverArgument,
      include: {
        type: 'array',
        items: { type: 'string', enum: [...SERVER_PARTS] },
        default: BY_DEFAULT,
      },
      file: { type: 'string', maxLength: 300, description: 'Such as src/server.ts.' },
      format: { type: 'string', enum: ['concise', 'detailed'], description: 'detailed: schemas too.' },
    },
    ['server'],
  ),
  outputSchema: gives,
  scope: 'read',
  annotations: { ...READS, openWorldHint: true },
  async run({ server: name, include, file, format = 'concise' }: Input, call) {
    if (file !== undefined) return showFile(name, file, call)
    const { services, principal } = call
    // First: what is found there is told with the rest.
    const elsewhere = include?.includes('versions') ? await versionsElsewhere(name, call) : {}
    const described = await describeServer(name, { include: include ?? BY_DEFAULT, format }, services, principal)
    services.sightings.refresh(described.deployments)
    const text = [described.text, ...tellSightings(described.deployments, Date.now())].join('\n')
    const structured = { ...described.structured, ...elsewhere }
    // Who asks for no part by name gets a short answer; the resource holds all of them.
    const most = include === undefined && format === 'concise' ? defaults.limits.answerTokens : undefined
    return fitAnswer(
      { text, structured, told: ['waiting'], next: [nextFor(described)] },
      { ...(most && { most }), rest: `mcpwright://servers/${name}` },
    )
  },
})

/** Asked by name: it takes a request to each place. */
async function versionsElsewhere(
  name: string,
  { services, principal: { tenantId } }: MetaCall,
): Promise<{ readonly elsewhere?: object; readonly usage?: object }> {
  const { id } = await services.db.as(tenantId, (sql) => requireServer(sql, tenantId, name))
  const found = await listTargetVersions(id, services, tenantId)
  if (found.length === 0) return {}
  const used = found.flatMap(({ target, usage }) => (usage ? [[target, usage] as const] : []))
  return {
    elsewhere: Object.fromEntries(found.map((each) => [each.target, each.versions])),
    ...(used.length > 0 && { usage: Object.fromEntries(used) }),
  }
}

/** What a server in this state is mostly looked at for. */
function nextFor({ server: { name, status }, summary, deployments }: DescribedServer): NextCall {
  const { tools, resources, prompts } = summary
  if (tools.length + resources.length + prompts.length === 0) return { tool: 'add_tool', arguments: { server: name } }
  if (status === 'running') return { tool: 'check_server', arguments: { server: name } }
  const target = usualTarget(deployments.map((each) => each.target))
  return { tool: 'deploy', arguments: { server: name, ...(target && { target }) } }
}

async function showFile(
  server: string,
  file: string,
  { services, principal: { tenantId } }: MetaCall,
): Promise<Answer> {
  const build = await services.db.as(tenantId, async (sql) =>
    loadBuild(sql, tenantId, (await requireServer(sql, tenantId, server)).id, 'latest'),
  )
  const files = build?.files
  const text = files?.[file]
  if (files && text !== undefined)
    return fitAnswer({ text, structured: { server, file, text }, told: ['server', 'file', 'text'] })
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
