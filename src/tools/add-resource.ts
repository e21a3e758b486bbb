import { MetaError } from '../errors/meta-error.ts'
import { worstFindings } from '../model/finding.ts'
import { evaluationUri } from '../model/evaluation.ts'
import type { TenantId } from '../model/ids.ts'
import type { ResourceContent, ResourceDefinition } from '../model/server-definition.ts'
import { checkCode } from '../pipeline/check-code.ts'
import { checkItem } from '../pipeline/check-item.ts'
import type { Services } from '../pipeline/services.ts'
import { insertResource, replaceResource } from '../registry/resource-store.ts'
import { bumpRevision, requireServerToFill } from '../registry/server-store.ts'
import { listSharedCode } from '../registry/shared-code-store.ts'
import { answerSchema, array, integer, object, string } from './answer-schema.ts'
import { defineTool, type MetaAnswer, objectSchema, serverArgument, WRITES } from './meta-tool.ts'

interface Input {
  readonly server: string
  readonly uri: string
  readonly name: string
  readonly description?: string
  readonly mime_type?: string
  readonly text?: string
  readonly base64?: string
  readonly code?: string
  readonly hosts?: readonly string[]
  readonly replace?: boolean
}

export const addResource = defineTool({
  name: 'add_resource',
  title: 'Add a resource',
  description: 'Adds a resource: text, bytes, or code that makes it, as a URI template such as notes://{id} needs.',
  inputSchema: objectSchema(
    {
      server: serverArgument,
      uri: { type: 'string', minLength: 3, maxLength: 500, description: 'URI, or RFC 6570 template.' },
      name: { type: 'string', pattern: '^[a-z][a-z0-9_]{2,62}$' },
      description: { type: 'string', maxLength: 600 },
      mime_type: { type: 'string', maxLength: 100 },
      text: { type: 'string', maxLength: 1_000_000 },
      base64: { type: 'string', maxLength: 4_000_000 },
      code: {
        type: 'string',
        maxLength: 200_000,
        description: 'Gets input.uri and the variables; returns text or an object.',
      },
      hosts: { type: 'array', items: { type: 'string', maxLength: 260 } },
      replace: { type: 'boolean' },
    },
    ['server', 'uri', 'name'],
  ),
  outputSchema: answerSchema(
    ['saved'],
    {},
    {
      saved: string,
      uri: string,
      findings: array,
      server: string,
      score: integer,
      questions: integer,
      before: object,
      resource: string,
    },
  ),
  scope: 'write',
  annotations: WRITES,
  async run(input: Input, { services, principal: { tenantId }, signal }) {
    if (input.uri === evaluationUri(input.server)) return keep(input, services, tenantId)
    const resource = readResource(input)
    const { server, shared } = await services.db.as(tenantId, async (sql) => {
      const found = await requireServerToFill(sql, tenantId, input.server)
      return { server: found, shared: await listSharedCode(sql, tenantId, found.id) }
    })
    if (resource.content.kind === 'code') await checkCode({ resources: [resource], shared }, services, tenantId, signal)
    await services.db.as(tenantId, async (sql) => {
      const replaced = input.replace === true && (await replaceResource(sql, tenantId, server, resource.name, resource))
      if (!replaced) await insertResource(sql, tenantId, server, resource)
      await bumpRevision(sql, tenantId, server.id)
    })
    const findings = await checkItem({ resources: [resource] }, server, services, signal)
    return {
      text: `The resource "${resource.name}" is saved in "${input.server}".`,
      structured: { saved: resource.name, uri: resource.uri, findings: worstFindings(findings, 5) },
      next: [{ tool: 'deploy', arguments: { server: input.server } }],
    }
  },
})

/** What the prompt evaluate_server asks for: it is kept beside the server, and not served by it. */
async function keep({ server: name, text }: Input, services: Services, tenantId: TenantId): Promise<MetaAnswer> {
  const server = await services.db.as(tenantId, (sql) => requireServerToFill(sql, tenantId, name))
  const { keepEvaluation } = await import('../pipeline/keep-evaluation.ts')
  const { kept, before } = await keepEvaluation(server, text ?? '', services)
  const scoreOf = ({ score, questions }: typeof kept) => `${score} of ${questions}`
  return {
    text: `The evaluation of "${name}" is kept: ${scoreOf(kept)}${before ? `, and ${scoreOf(before)} before` : ''}.`,
    structured: {
      server: name,
      score: kept.score,
      questions: kept.questions,
      ...(before && { before: { score: before.score, questions: before.questions, version: before.version } }),
      resource: evaluationUri(name),
    },
    next: [{ tool: 'check_server', arguments: { server: name } }],
  }
}

function readResource({ uri, name, description, mime_type: mimeType, ...input }: Input): ResourceDefinition {
  if (!/^[a-z][a-z0-9+.-]*:/i.test(uri)) {
    throw new MetaError(
      'ARGUMENTS_INVALID',
      `"${uri}" is no URI: it has no scheme.`,
      'Give one such as "notes://today" or "https://…".',
    )
  }
  const content = readContent(input)
  if (content.kind !== 'code' && /\{[^}]+\}/.test(uri)) {
    throw new MetaError(
      'ARGUMENTS_INVALID',
      `"${uri}" is a template, but its content is fixed.`,
      'Give code for it, or a URI without {variables}.',
    )
  }
  return { name, uri, ...(description && { description }), ...(mimeType && { mimeType }), content }
}

/** Line ends, as tools write them, and missing padding are made good. RFC 4648, section 4. */
function readBase64(given: string): string {
  // Without a bound to the padding, a text of nothing else would be tried from each of its signs.
  const text = given.replaceAll(/\s/g, '').replace(/={1,2}$/, '')
  if (!/[^A-Za-z0-9+/]/.test(text) && text.length % 4 !== 1) return Buffer.from(text, 'base64').toString('base64')
  throw new MetaError(
    'ARGUMENTS_INVALID',
    'base64 is no Base64: it has other characters than A-Z, a-z, 0-9, + and /, or an end is missing.',
    'Give the bytes in Base64, or a text as text.',
  )
}

function readContent({
  text,
  base64,
  code,
  hosts = [],
}: Pick<Input, 'text' | 'base64' | 'code' | 'hosts'>): ResourceContent {
  const given: ResourceContent[] = []
  if (text !== undefined) given.push({ kind: 'text', text })
  if (base64 !== undefined) given.push({ kind: 'bytes', base64: readBase64(base64) })
  if (code !== undefined) given.push({ kind: 'code', source: code, hosts })
  const [content] = given
  if (content && given.length === 1) return content
  throw new MetaError(
    'ARGUMENTS_INVALID',
    `A resource has one of text, base64 and code; ${given.length} are given.`,
    'Give exactly one of them.',
  )
}
