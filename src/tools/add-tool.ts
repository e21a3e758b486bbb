import type { Credential } from '../../runtime/library/http-call.ts'
import type { Sql } from '../db/db.ts'
import type { ErrorCode } from '../errors/codes.ts'
import type { Quota } from '../config/load-config.ts'
import { MetaError } from '../errors/meta-error.ts'
import { type Finding, worstFindings } from '../model/finding.ts'
import type { Server } from '../model/server.ts'
import type { ToolDefinition } from '../model/tool-definition.ts'
import { amendTool } from '../pipeline/amend-tool.ts'
import type { Edit } from '../pipeline/apply-edit.ts'
import { checkCode } from '../pipeline/check-code.ts'
import { checkItem } from '../pipeline/check-item.ts'
import { refuseInvalidSchemas } from '../pipeline/hold-against-schema.ts'
import { addTools } from '../pipeline/quota.ts'
import { readToolInput, type ToolInput } from '../pipeline/read-tool-input.ts'
import { tokensOf } from '../pipeline/token-cost.ts'
import { upsertCredentials } from '../registry/credential-store.ts'
import { bumpRevision, requireServerToFill } from '../registry/server-store.ts'
import { withSharedChanges } from '../pipeline/shared-code.ts'
import { changeSharedCode, listSharedCode, type SharedCodeChanges } from '../registry/shared-code-store.ts'
import { putToolDraft, removeToolDraft } from '../registry/tool-draft-store.ts'
import { findTool, replaceTool } from '../registry/tool-store.ts'
import { answerSchema, arrayOf, integer, object, string } from './answer-schema.ts'
import { refuseUnfitTry, tryBeforeAdding, type TriedTool, type TryInput } from './try-before-adding.ts'
import {
  type AnswerOf,
  confirmArgument,
  defineTool,
  type MetaCall,
  objectSchema,
  serverArgument,
  WRITES,
} from './meta-tool.ts'

interface Input extends ToolInput, TryInput {
  readonly server: string
  readonly edits?: readonly Edit[]
  readonly shared?: SharedCodeChanges
  readonly replace?: boolean
}

const gives = answerSchema(
  ['saved', 'findings'],
  { saved: string, tokens: integer, findings: arrayOf({ id: string, problem: string, fix: string }) },
  { credential: object, try: object },
)
type Answer = AnswerOf<typeof gives>

export const addTool = defineTool({
  name: 'add_tool',
  title: 'Add a tool',
  description:
    'Adds a tool: http (a request as data: preferred), curl (becomes one) or code (TypeScript: body of an async function with input, env, fetch, ' +
    'or a module with a default export). What is refused stays as a draft for edits.',
  inputSchema: objectSchema(
    {
      server: serverArgument,
      name: { type: 'string', pattern: '^[a-z][a-z0-9_]{2,62}$', description: 'Such as list_orders.' },
      description: {
        type: 'string',
        minLength: 1,
        maxLength: 2_000,
        description: 'What it does and gives.',
      },
      input_schema: { type: 'object', description: 'JSON Schema.' },
      effect: { type: 'string', enum: ['read', 'write', 'delete'] },
      http: objectSchema(
        {
          method: { type: 'string', pattern: '^[A-Za-z]{3,10}$' },
          url: { type: 'string', maxLength: 2_000, description: 'https://api.example.com/items/{id}' },
          query: { type: 'object', description: '{"q": "{text}"}' },
          headers: { type: 'object' },
          body: { description: 'JSON with "{argument}" for values.' },
          secret: {
            type: 'string',
            pattern: '^[A-Z][A-Z0-9_]{1,63}$',
            description: 'Its name, never its value.',
          },
          pick: { type: 'string', description: 'JSON pointer of the result.' },
        },
        ['method', 'url'],
      ),
      code: { type: 'string', maxLength: 200_000 },
      curl: {
        type: 'string',
        maxLength: 50_000,
        description: '{x} is an argument, $NAME the credential.',
      },
      output_schema: { type: 'object' },
      hosts: {
        type: 'array',
        items: { type: 'string', maxLength: 260 },
        maxItems: 50,
        description: 'Hosts the code may reach.',
      },
      task: {
        type: 'string',
        enum: ['optional', 'required'],
        description: 'Its code calls background().',
      },
      shared: {
        type: 'object',
        description: '{"money.ts": "…"}, imported as ../shared/money.ts.',
      },
      edits: {
        type: 'array',
        minItems: 1,
        maxItems: 50,
        items: objectSchema({ old: { type: 'string', minLength: 1 }, new: { type: 'string' } }, ['old', 'new']),
        saidAs: '[{old, new}] in the code of a draft or tool.',
      },
      try: {
        type: 'object',
        description: 'Arguments for a try; only live sends what changes something.',
      },
      live: { type: 'boolean' },
      replace: { type: 'boolean' },
      confirm: confirmArgument,
    },
    ['server', 'name'],
  ),
  outputSchema: gives,
  scope: 'write',
  annotations: { ...WRITES, openWorldHint: true },
  async run(given: Input, call) {
    const { services, principal } = call
    const { tenantId } = principal
    const server = await services.db.as(tenantId, (sql) => requireServerToFill(sql, tenantId, given.server))
    const input = await amendTool(given, server, services, tenantId)
    try {
      const checked = await checkTool(input, server, call)
      await services.db.as(tenantId, (sql) => saveTool(sql, services.config.quota, server, input, checked))
      const findings = await checkItem({ tools: [checked.tool] }, server, services, call.signal)
      return describeSaved(input, checked, findings)
    } catch (error) {
      throw await keepDraft(error, input, server, call)
    }
  },
})

interface CheckedTool {
  readonly tool: ToolDefinition
  readonly credential?: Credential
  readonly report?: TriedTool
}

/** @throws MetaError for what is wrong with it; TOOL_FAILED when its try fails */
async function checkTool(input: Input, server: Server, call: MetaCall): Promise<CheckedTool> {
  const { services, principal, signal } = call
  const { tenantId } = principal
  const { tool, credential } = await readToolInput(input)
  const { inputSchema, outputSchema } = tool
  const schemas = { input_schema: inputSchema, ...(outputSchema && { output_schema: outputSchema }) }
  await refuseInvalidSchemas(schemas, services, tenantId, signal)
  const shared = await services.db.as(tenantId, async (sql) => {
    if (!input.replace && (await findTool(sql, tenantId, server.id, tool.name)))
      throw nameTaken(input.server, tool.name)
    return withSharedChanges(await listSharedCode(sql, tenantId, server.id), input.shared)
  })
  if (input.try) await refuseUnfitTry(tool, input.try, call)
  const isCode = tool.handler.kind === 'code'
  const compiled = isCode ? await checkCode({ tools: [tool], shared }, services, tenantId, signal) : undefined
  const report = input.try && (await tryBeforeAdding(server, { tool, credential }, input, compiled?.bundle, call))
  return { tool, ...(credential && { credential }), ...(report && { report }) }
}

async function saveTool(
  sql: Sql,
  quota: Quota,
  server: Server,
  input: Input,
  { tool, credential }: CheckedTool,
): Promise<void> {
  const { tenantId, id } = server
  const replaced = input.replace === true && (await replaceTool(sql, tenantId, server, tool.name, tool))
  if (!replaced) await addTools(sql, quota, tenantId, server, [tool])
  if (credential) await upsertCredentials(sql, tenantId, id, [credential])
  if (input.shared) await changeSharedCode(sql, tenantId, id, input.shared)
  await removeToolDraft(sql, tenantId, id, tool.name)
  await bumpRevision(sql, tenantId, id)
}

function describeSaved(
  { server }: Input,
  { tool, credential, report }: CheckedTool,
  findings: readonly Finding[],
): Answer {
  const { name, description, inputSchema } = tool
  const notSent = report?.not_sent.length ? ` Not sent, since try changes nothing: ${report.not_sent.join(', ')}.` : ''
  return {
    text: `The tool "${name}" is saved in "${server}".${notSent}`,
    structured: {
      saved: name,
      tokens: tokensOf({ name, description, inputSchema }),
      findings: worstFindings(findings, 5),
      ...(credential && { credential: { name: credential.name, hosts: credential.hosts } }),
      ...(report && { try: report }),
    },
    next: [
      { tool: 'test_tool', arguments: { server, tool: name } },
      { tool: 'deploy', arguments: { server } },
    ],
  }
}

/** What was refused for its code or its try can be amended, without all of it being sent again. */
async function keepDraft(
  error: unknown,
  { edits: _edits, ...input }: Input,
  server: Server,
  { services, principal: { tenantId } }: MetaCall,
): Promise<unknown> {
  if (!(error instanceof MetaError) || !AMENDABLE.has(error.code) || input.code === undefined) return error
  await services.db.as(tenantId, (sql) => putToolDraft(sql, tenantId, server.id, input.name, { ...input }))
  const { name } = input
  return new MetaError(
    error.code,
    error.message,
    `${error.fix} It is kept as a draft: send only edits, and what else changes.`,
    {
      cause: error,
      next: {
        tool: 'add_tool',
        arguments: { server: server.name, name, edits: [{ old: 'a piece of the code', new: 'what it should be' }] },
      },
    },
  )
}

const AMENDABLE: ReadonlySet<ErrorCode> = new Set(['CODE_INVALID', 'IMPORT_NOT_ALLOWED', 'TOOL_FAILED'])

function nameTaken(server: string, name: string): MetaError {
  return new MetaError(
    'TOOL_NAME_TAKEN',
    `Server "${server}" already has a tool "${name}".`,
    'Pick another name, or give replace: true.',
  )
}
