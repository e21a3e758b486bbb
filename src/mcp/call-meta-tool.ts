import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { ClientNeeded } from './client-needed.ts'
import { type AskingClient, confirmer } from './confirm-call.ts'
import { errorToResult, type MetaResult, toResult } from './meta-result.ts'
import { refuseKeys, refuseValues } from './refuse-secrets.ts'
import { renderError } from '../errors/render.ts'
import { MetaError } from '../errors/meta-error.ts'
import type { JobId } from '../model/ids.ts'
import { nearestName } from '../model/names.ts'
import type { Principal } from '../model/principal.ts'
import type { Services } from '../pipeline/services.ts'
import type { MetaAnswer, MetaCall, MetaTool } from '../tools/meta-tool.ts'
import { resolveAlias } from '../tools/aliases.ts'
import { fileTools } from '../tools/files/index.ts'

/** A call whose services may still be opening. */
export type IncomingCall = Omit<MetaCall, 'services' | 'confirm'> & {
  readonly services: () => Promise<Services>
  readonly client: AskingClient
  /** Those that are switched on. */
  readonly tools: readonly MetaTool[]
}

/** A call's result; `job` is what goes on after it. */
export interface AnsweredCall {
  readonly result: MetaResult
  readonly job?: JobId
}

/** Finds the tool, checks its arguments, runs it. What the caller can mend comes back as an error result. */
export async function callMetaTool(asked: string, given: unknown, incoming: IncomingCall): Promise<AnsweredCall> {
  const { name, input: whole } = resolveAlias({ name: asked, input: given })
  try {
    const tool = findTool(name, incoming.tools)
    checkScope(tool, incoming.principal)
    const { input, token } = splitConfirm(whole)
    refuseKeys(input)
    checkArguments(tool, input)
    const services = await incoming.services()
    refuseValues(input, services.redactor, incoming.principal.tenantId)
    const { principal, client } = incoming
    const { confirm, keepAgreement } = confirmer({ principal, tool: name, input, token, services, client })
    const call = { ...incoming, services, confirm }
    const answer = await audited(tool, input, call, () => runTool(tool, input, call)).catch(async (error: unknown) => {
      throw error instanceof ClientNeeded ? await keepAgreement(error) : error
    })
    // Before it is written as JSON, where a value would stand escaped.
    const result = toResult(services.redactor.redact(answer, principal.tenantId))
    return { result, ...(answer.job && { job: answer.job }) }
  } catch (error) {
    // The door has to ask the client first.
    if (error instanceof ClientNeeded) throw error
    const rendered = renderError(error)
    if (rendered.code === 'INTERNAL' && !incoming.signal.aborted) console.error(`${name} met a bug:`, error)
    return { result: await withoutValues(errorToResult(rendered), incoming) }
  }
}

/** Tools that may destroy something ask for themselves, when they know what. */
async function runTool(tool: MetaTool, input: unknown, call: MetaCall): Promise<MetaAnswer> {
  const { readOnlyHint, destructiveHint } = tool.annotations
  if (!readOnlyHint && !destructiveHint) await call.confirm(`${tool.title}: ${nameOf(input)}?`, 'changes')
  // The schema has just been checked; it describes the input that `run` takes.
  return tool.run(input as never, call)
}

/** `confirm` may stand among the arguments of every tool, and belongs to none. */
function splitConfirm(given: unknown): { readonly input: unknown; readonly token: string | undefined } {
  if (typeof given !== 'object' || given === null || !('confirm' in given)) return { input: given, token: undefined }
  const { confirm, ...input } = given
  return { input, token: typeof confirm === 'string' ? confirm : '' }
}

/** What a call is about, for a person: the server, and the item in it. */
function nameOf(input: unknown): string {
  const { server, name, tool }: { server?: unknown; name?: unknown; tool?: unknown } = { ...Object(input) }
  const words = [server, name, tool].filter((word): word is string => typeof word === 'string')
  return words.map((word) => `"${word.slice(0, 100)}"`).join(', ') || 'no server in particular'
}

/** Notes who changed what, and how it ended; tools that read leave no trace. */
async function audited(
  tool: MetaTool,
  input: unknown,
  { services, principal }: MetaCall,
  run: () => Promise<MetaAnswer>,
): Promise<MetaAnswer> {
  if (tool.annotations.readOnlyHint) return run()
  const server = typeof input === 'object' && input !== null && 'server' in input ? input.server : undefined
  const note = (outcome: string) =>
    services.audit.note(principal.tenantId, {
      subject: principal.subject,
      action: tool.name,
      details: services.redactor.redact({ server, outcome }, principal.tenantId),
    })
  try {
    const answer = await run()
    await note('ok')
    return answer
  } catch (error) {
    if (error instanceof ClientNeeded) throw error
    // What went wrong with the call matters more than what goes wrong with its note.
    await note(renderError(error).code).catch(() => {})
    throw error
  }
}

function findTool(name: string, tools: readonly MetaTool[]): MetaTool {
  const tool = tools.find((candidate) => candidate.name === name)
  if (tool) return tool
  if (fileTools.some((candidate) => candidate.name === name)) {
    throw new MetaError(
      'TOOL_UNKNOWN',
      `"${name}" is switched off here.`,
      'A person can switch the tools for files on, by starting mcpwright with MCPWRIGHT_FILE_TOOLS=1; no tool does.',
    )
  }
  const near = nearestName(
    name,
    tools.map((candidate) => candidate.name),
  )
  throw new MetaError(
    'TOOL_UNKNOWN',
    `mcpwright has no tool "${name}".`,
    near ? `Did you mean "${near}"?` : 'See tools/list.',
  )
}

function checkScope(tool: MetaTool, principal: Principal): void {
  if (principal.scopes.includes(tool.scope)) return
  throw new MetaError(
    'FORBIDDEN',
    `"${tool.name}" needs the scope "${tool.scope}".`,
    'Ask the owner for a token with that scope.',
  )
}

const ajv = new Ajv2020({ strict: false, allErrors: true, verbose: true })
const validators = new Map<string, ValidateFunction>()

function checkArguments(tool: MetaTool, input: unknown): void {
  let validate = validators.get(tool.name)
  if (!validate) {
    validate = ajv.compile(tool.inputSchema)
    validators.set(tool.name, validate)
  }
  if (validate(input)) return
  const problems = (validate.errors ?? []).map(describeProblem)
  throw new MetaError(
    'ARGUMENTS_INVALID',
    `The arguments of ${tool.name} are not right: ${[...new Set(problems)].join('; ')}.`,
    `${tool.name} takes: ${describeArguments(tool)}.`,
  )
}

function describeProblem({
  instancePath,
  message,
  params,
  parentSchema,
}: NonNullable<ValidateFunction['errors']>[number]): string {
  const place = instancePath === '' ? '' : `"${instancePath.slice(1).replaceAll('/', '.')}"`
  if ('additionalProperty' in params) {
    const given = String(params.additionalProperty)
    const known = Object.keys({ ...Object(parentSchema?.['properties']) })
    const near = nearestName(given, known)
    // What the tool itself takes is told once for all.
    const inside = place && ` in ${place}, which takes: ${known.join(', ')}`
    return `"${given}" is not known${near ? ` (did you mean "${near}"?)` : inside}`
  }
  if ('allowedValues' in params && Array.isArray(params.allowedValues))
    return `${place} must be one of ${params.allowedValues.join(', ')}`
  return [place, message ?? 'is wrong'].filter(Boolean).join(' ')
}

function describeArguments({ inputSchema }: MetaTool): string {
  const required = Array.isArray(inputSchema.required) ? inputSchema.required : []
  const names = Object.keys(inputSchema.properties ?? {})
  return names.map((name) => (required.includes(name) ? `${name} (required)` : name)).join(', ') || 'nothing'
}

/** Where the services did not open, no value has been read. */
async function withoutValues(result: MetaResult, { services, principal }: IncomingCall): Promise<MetaResult> {
  const opened = await services().catch(() => undefined)
  return opened ? opened.redactor.redact(result, principal.tenantId) : result
}
