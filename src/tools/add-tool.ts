import { readCurl } from '../../generators/curl/read-curl.ts'
import { operationFromHttpTool, type HttpTemplate } from '../../generators/importers/http-template.ts'
import { normalizeToolSchema } from '../../generators/importers/tool-schema.ts'
import type { Credential } from '../../runtime/library/http-call.ts'
import { MetaError } from '../errors/meta-error.ts'
import type { Server } from '../model/server.ts'
import type { Effect, JsonSchema, ToolDefinition } from '../model/tool-definition.ts'
import { checkCode } from '../pipeline/check-code.ts'
import { checkSchema } from '../pipeline/check-schema.ts'
import { tokensOf } from '../pipeline/token-cost.ts'
import { tryTool, type TryReport } from '../pipeline/try-tool.ts'
import { upsertCredentials } from '../registry/credential-store.ts'
import { bumpRevision, requireServer } from '../registry/server-store.ts'
import { findTool, insertTools, replaceTool } from '../registry/tool-store.ts'
import { defineTool, type MetaCall, objectSchema, serverArgument, WRITES } from './meta-tool.ts'

interface Input {
  readonly server: string
  readonly name: string
  readonly description: string
  readonly input_schema: JsonSchema
  readonly effect: Effect
  readonly http?: HttpTemplate
  readonly code?: string
  readonly curl?: string
  readonly output_schema?: JsonSchema
  readonly hosts?: readonly string[]
  readonly task?: 'optional' | 'required'
  readonly try?: Readonly<Record<string, unknown>>
  readonly replace?: boolean
}

export const addTool = defineTool<Input>({
  name: 'add_tool',
  title: 'Add a tool',
  description:
    'Adds a tool: http (a request as data, preferred: no code runs), curl (a line that becomes one) or code (TypeScript: the body of an async function that uses input, env, fetch, ' +
    'or a module with a default export). With try it is run once first, and added only if that works.',
  inputSchema: objectSchema(
    {
      server: serverArgument,
      name: { type: 'string', pattern: '^[a-z][a-z0-9_]{2,62}$' },
      description: {
        type: 'string',
        minLength: 1,
        maxLength: 2_000,
        description: 'What it does and gives; models choose by it.',
      },
      input_schema: { type: 'object', description: 'JSON Schema of its arguments, an object at the root.' },
      effect: { type: 'string', enum: ['read', 'write', 'delete'] },
      http: objectSchema(
        {
          method: { type: 'string', pattern: '^[A-Za-z]{3,10}$' },
          url: { type: 'string', maxLength: 2_000, description: 'https://api.example.com/items/{id}' },
          query: { type: 'object', description: '{"q": "{text}"}' },
          headers: { type: 'object' },
          body: { description: 'JSON with "{argument}" in the place of values.' },
          secret: {
            type: 'string',
            pattern: '^[A-Z][A-Z0-9_]{1,63}$',
            description: 'Name of the credential, never its value.',
          },
          pick: { type: 'string', description: 'JSON pointer of what is returned.' },
        },
        ['method', 'url'],
      ),
      code: { type: 'string', maxLength: 200_000 },
      curl: {
        type: 'string',
        maxLength: 50_000,
        description: 'A curl line; {x} is an argument, $NAME the credential.',
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
        description: 'Code that calls background() to go on as a task.',
      },
      try: { type: 'object', description: 'Arguments to try it with.' },
      replace: { type: 'boolean', description: 'Takes the place of the tool of that name.' },
    },
    ['server', 'name', 'description', 'input_schema', 'effect'],
  ),
  scope: 'write',
  annotations: { ...WRITES, openWorldHint: true },
  async run(input, call) {
    const { services, principal, signal } = call
    const { tenantId } = principal
    const { tool, credential } = await readTool(input)
    const server = await services.db.as(tenantId, async (sql) => {
      const found = await requireServer(sql, tenantId, input.server)
      if (!input.replace && (await findTool(sql, tenantId, found.id, tool.name)))
        throw nameTaken(input.server, tool.name)
      return found
    })
    const compiled = tool.handler.kind === 'code' ? await checkCode({ tools: [tool] }, services, signal) : undefined
    const report = input.try && (await tryOnce(server, tool, credential, input.try, compiled?.bundle, call))
    await services.db.as(tenantId, async (sql) => {
      const replaced = input.replace === true && (await replaceTool(sql, tenantId, server, tool.name, tool))
      if (!replaced) await insertTools(sql, tenantId, server, [tool])
      if (credential) await upsertCredentials(sql, tenantId, server.id, [credential])
      await bumpRevision(sql, tenantId, server.id)
    })
    const { name, description, inputSchema } = tool
    return {
      text: `The tool "${name}" is saved in "${input.server}".`,
      structured: {
        saved: name,
        tokens: tokensOf({ name, description, inputSchema }),
        ...(credential && { credential: { name: credential.name, hosts: credential.hosts } }),
        ...(report && { try: report }),
      },
      next: [
        { tool: 'test_tool', arguments: { server: input.server, tool: name } },
        { tool: 'deploy', arguments: { server: input.server } },
      ],
    }
  },
})

async function readTool(input: Input): Promise<{ tool: ToolDefinition; credential?: Credential }> {
  const { name, description, effect } = input
  const source = readSource(input)
  const inputSchema = normalizeToolSchema(input.input_schema)
  const outputSchema = input.output_schema && normalizeToolSchema(input.output_schema)
  await checkSchema('input_schema', inputSchema)
  if (outputSchema) await checkSchema('output_schema', outputSchema)
  const base = { name, description, effect, inputSchema, ...(outputSchema && { outputSchema }) }
  if ('code' in source) {
    const hosts = (input.hosts ?? []).map((host) => host.toLowerCase())
    return {
      tool: { ...base, handler: { kind: 'code', source: source.code, hosts, ...(input.task && { task: input.task }) } },
    }
  }
  const { operation, credential } = operationFromHttpTool({ ...base, http: source.http })
  const { call, ...definition } = operation
  return { tool: { ...definition, handler: { kind: 'operation', call } }, ...(credential && { credential }) }
}

function readSource({ http, code, curl }: Input): { readonly http: HttpTemplate } | { readonly code: string } {
  const given = [http && { http }, code !== undefined && { code }, curl !== undefined && { http: readCurl(curl) }]
  const [source, ...others] = given.filter((each) => each !== false && each !== undefined)
  if (source && others.length === 0) return source
  throw new MetaError(
    'ARGUMENTS_INVALID',
    `A tool has one of http, code and curl; ${source ? others.length + 1 : 0} are given.`,
    'Give exactly one of them; http is preferred.',
  )
}

/** @throws MetaError TOOL_FAILED with the whole report, when the try does not work */
async function tryOnce(
  server: Server,
  tool: ToolDefinition,
  credential: Credential | undefined,
  input: Readonly<Record<string, unknown>>,
  bundle: string | undefined,
  { services, signal }: MetaCall,
): Promise<TryReport> {
  const request = {
    server,
    tool,
    credentials: credential ? [credential] : [],
    input,
    mocks: [],
    live: true,
    ...(bundle !== undefined && { bundle }),
  }
  const report = await tryTool(request, services, signal)
  if (report.ok) return report
  const said = report.problem ?? report.result?.content.map((block) => ('text' in block ? block.text : '')).join('\n')
  throw new MetaError(
    'TOOL_FAILED',
    `"${tool.name}" was not added, because its try failed: ${said}`,
    'Correct it and send it again, or leave try out.',
  )
}

function nameTaken(server: string, name: string): MetaError {
  return new MetaError(
    'TOOL_NAME_TAKEN',
    `Server "${server}" already has a tool "${name}".`,
    'Pick another name, or give replace: true.',
  )
}
