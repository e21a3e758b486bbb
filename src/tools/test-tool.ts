import type { Mock } from '../../runtime/library/mocks.ts'
import { MetaError, type NextCall } from '../errors/meta-error.ts'
import type { JsonSchema, ToolDefinition } from '../model/tool-definition.ts'
import type { SavedTest } from '../model/saved-test.ts'
import type { Server } from '../model/server.ts'
import { chooseMocks } from '../pipeline/choose-mocks.ts'
import { holdAgainstSchema } from '../pipeline/hold-against-schema.ts'
import { recordMock } from '../pipeline/record-mock.ts'
import { saveTest } from '../pipeline/save-test.ts'
import { unknownTool } from '../pipeline/unknown-tool.ts'
import { type TryReport, tryTool } from '../pipeline/try-tool.ts'
import { listCredentials } from '../registry/credential-store.ts'
import { requireServer } from '../registry/server-store.ts'
import { findTool, toolNames } from '../registry/tool-store.ts'
import { answerSchema, array, boolean, integer, object, string, strings } from './answer-schema.ts'
import { askBeforeCall } from './ask-before-call.ts'
import { fitAnswer } from './fit-answer.ts'
import { confirmArgument, defineTool, type MetaCall, objectSchema, serverArgument } from './meta-tool.ts'

interface Input {
  readonly server: string
  readonly tool: string
  readonly input?: Readonly<Record<string, unknown>>
  readonly mocks?: readonly Mock[]
  readonly live?: boolean
  readonly save_as?: string
}

export const testTool = defineTool({
  name: 'test_tool',
  title: 'Try a tool',
  description:
    'Runs a tool once in the sandbox, undeployed. Without mocks or live, saved tests or the description answer its requests.',
  inputSchema: objectSchema(
    {
      server: serverArgument,
      tool: { type: 'string', maxLength: 64 },
      input: { type: 'object' },
      mocks: {
        type: 'array',
        maxItems: 50,
        items: objectSchema(
          {
            request: objectSchema({
              method: { type: 'string' },
              url: { type: 'string' },
            }),
            response: objectSchema({ status: { type: 'integer' }, headers: { type: 'object' }, body: {} }),
          },
          ['response'],
        ),
        saidAs:
          '[{request: {method, url}, response: {status, headers, body}}]; the first that fits; * in url: anything.',
      },
      live: {
        type: 'boolean',
        description: 'Sends what no mock answers; default: reads without mocks.',
      },
      save_as: {
        type: 'string',
        pattern: '^[a-z][a-z0-9_]{0,62}$',
        description: 'Keeps it as a test of every build.',
      },
      confirm: confirmArgument,
    },
    ['server', 'tool'],
  ),
  outputSchema: answerSchema(
    ['ok', 'result', 'violations'],
    { ok: boolean, ms: integer, input: object, requests: array, logs: array, violations: strings, live: boolean },
    { result: object, problem: string, answers_from: string, saved: object },
  ),
  scope: 'write',
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
  async run({ server: serverName, tool: name, input = {}, mocks: given, live, save_as: saveAs }: Input, call) {
    const { services, signal } = call
    const subject = await findSubject(serverName, name, call)
    await checkInput(subject, input, call)
    const { effect } = subject.tool
    const isLive = live ?? (given === undefined && effect === 'read')
    if (isLive) await askBeforeCall({ server: serverName, tool: name, effect, arguments: input }, call.confirm)
    const chosen = given || isLive ? undefined : await chooseMocks({ ...subject, input }, services, signal)
    const recorded: Mock[] = []
    const request = {
      ...subject,
      input,
      mocks: given ?? chosen?.mocks ?? [],
      live: isLive,
      onAnswer: (...exchange: Parameters<typeof recordMock>) => recorded.push(recordMock(...exchange)),
    }
    const report = await tryTool(request, services, signal)
    const saved =
      saveAs === undefined ? undefined : await saveTest(saveAs, { request, report, recorded }, services, signal)
    const violations = await outputViolations(subject.tool, report, call)
    const { secrets: _names, ...shown } = report
    return fitAnswer({
      text: describe(name, report, violations, chosen?.from, saved),
      structured: {
        ...shown,
        input,
        violations,
        live: isLive,
        ...(chosen && { answers_from: chosen.from }),
        ...(saved && { saved: describeSaved(saved) }),
      },
      next: [nextCall(serverName, report)],
    })
  },
})

function nextCall(server: string, { ok, result }: TryReport): NextCall {
  if (ok) return { tool: 'deploy', arguments: { server } }
  // The words are those of runtime/library/credentials.ts.
  if (JSON.stringify(result?.content ?? '').includes('SECRET_MISSING: '))
    return { tool: 'request_secrets', arguments: { server } }
  return { tool: 'get_server', arguments: { server, include: ['tools'], format: 'detailed' } }
}

function describe(
  name: string,
  { ok, ms, requests, problem }: TryReport,
  violations: readonly string[],
  from: string | undefined,
  saved: SavedTest | undefined,
): string {
  return [
    `${name} ${ok ? 'works' : 'failed'} (${ms} ms, ${requests.length} requests${from === undefined ? '' : `, answered from ${from}`}).`,
    ...(problem === undefined ? [] : [problem]),
    ...violations.map((violation) => `Its result does not fit its output schema: ${violation}.`),
    ...(saved ? [`Saved as "${saved.name}": every build expects ${describeSaved(saved).expects.join(', ')}.`] : []),
  ].join('\n')
}

function describeSaved({ name, expected }: SavedTest) {
  const expects = [
    expected.isError ? 'an error' : 'success',
    ...(expected.result ? ['the same result'] : []),
    ...(expected.requests ? ['the same requests'] : []),
  ]
  return { name, expects }
}

async function checkInput(
  { server, tool: { name, inputSchema } }: { readonly server: Server; readonly tool: ToolDefinition },
  input: unknown,
  { services, signal }: MetaCall,
): Promise<void> {
  const held = { label: 'the input', schema: inputSchema, value: input }
  const violations = await holdAgainstSchema(held, services, server.tenantId, signal)
  if (violations.length === 0) return
  throw new MetaError(
    'ARGUMENTS_INVALID',
    `The input of "${name}" is not right: ${violations.join('; ')}.`,
    'Give what its schema asks for; get_server with format: "detailed" shows it.',
    {
      next: {
        tool: 'test_tool',
        arguments: { server: server.name, tool: name, input: { ...Object(input), ...openInput(inputSchema) } },
      },
    },
  )
}

/** Dots in the place of every argument that has to be given. */
function openInput({ required }: JsonSchema): Record<string, string> {
  return Object.fromEntries(Array.isArray(required) ? required.map((name) => [String(name), '…']) : [])
}

async function outputViolations(
  { outputSchema }: ToolDefinition,
  { result }: TryReport,
  { services, principal: { tenantId }, signal }: MetaCall,
): Promise<readonly string[]> {
  if (!outputSchema || !result?.structuredContent) return []
  const held = { label: 'the result', schema: outputSchema, value: result.structuredContent }
  return holdAgainstSchema(held, services, tenantId, signal)
}

async function findSubject(serverName: string, name: string, { services, principal: { tenantId } }: MetaCall) {
  return services.db.as(tenantId, async (sql) => {
    const server = await requireServer(sql, tenantId, serverName)
    const tool = await findTool(sql, tenantId, server.id, name)
    if (!tool) throw unknownTool(serverName, name, await toolNames(sql, tenantId, server.id))
    return { server, tool, credentials: (await listCredentials(sql, tenantId, server.id)).filter(isUsedBy(tool)) }
  })
}

function isUsedBy({ handler }: ToolDefinition): (credential: { name: string }) => boolean {
  const used = new Set(handler.kind === 'operation' ? handler.call.security.flat() : [])
  return ({ name }) => used.has(name)
}
