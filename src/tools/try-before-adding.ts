import type { Credential } from '../../runtime/library/http-call.ts'
import { MetaError } from '../errors/meta-error.ts'
import type { Server } from '../model/server.ts'
import type { JsonSchema, ToolDefinition } from '../model/tool-definition.ts'
import { holdAgainstSchema } from '../pipeline/hold-against-schema.ts'
import { type TryReport, tryTool } from '../pipeline/try-tool.ts'
import { askBeforeCall } from './ask-before-call.ts'
import type { MetaCall } from './meta-tool.ts'

/** The arguments of add_tool that are about its try. */
export interface TryInput {
  readonly try?: Readonly<Record<string, unknown>>
  readonly live?: boolean
}

/** A try's report, with what was not sent. */
export type TriedTool = Omit<TryReport, 'secrets'> & { readonly not_sent: readonly string[] }

/** @throws MetaError TOOL_FAILED with what was said, when the try does not work */
export async function tryBeforeAdding(
  server: Server,
  { tool, credential }: { readonly tool: ToolDefinition; readonly credential: Credential | undefined },
  input: TryInput,
  bundle: string | undefined,
  call: MetaCall,
): Promise<TriedTool> {
  const { services, signal, confirm } = call
  const given = input.try ?? {}
  const { name, effect } = tool
  if (input.live) await askBeforeCall({ server: server.name, tool: name, effect, arguments: given }, confirm)
  const notSent: string[] = []
  const request = {
    server,
    tool,
    credentials: credential ? [credential] : [],
    input: given,
    mocks: [],
    live: input.live === true ? true : ('reads' as const),
    onNotSent: (label: string) => notSent.push(label),
    ...(bundle !== undefined && { bundle }),
  }
  const { secrets: _names, ...report } = await tryTool(request, services, signal)
  // What was not sent was answered with nothing, which need not fit.
  const gives = notSent.length === 0 ? report.result?.structuredContent : undefined
  if (report.ok && tool.outputSchema && gives)
    await holdTry('what its try gave', 'output_schema', { name, schema: tool.outputSchema, value: gives }, call)
  if (report.ok) return { ...report, not_sent: notSent }
  const said = report.problem ?? report.result?.content.map((block) => ('text' in block ? block.text : '')).join('\n')
  throw new MetaError(
    'TOOL_FAILED',
    `"${name}" was not added, because its try failed: ${said}`,
    'Correct it, or leave try out.',
  )
}

/** Before anything is compiled. @throws MetaError TOOL_FAILED when clients would refuse such a call */
export async function refuseUnfitTry(
  { name, inputSchema }: ToolDefinition,
  value: unknown,
  call: MetaCall,
): Promise<void> {
  await holdTry('its try', 'input_schema', { name, schema: inputSchema, value }, call)
}

/** @throws MetaError TOOL_FAILED when the value does not fit */
async function holdTry(
  what: string,
  argument: 'input_schema' | 'output_schema',
  { name, schema, value }: { readonly name: string; readonly schema: JsonSchema; readonly value: unknown },
  { services, principal: { tenantId }, signal }: MetaCall,
): Promise<void> {
  const violations = await holdAgainstSchema({ label: what, schema, value }, services, tenantId, signal)
  if (violations.length === 0) return
  throw new MetaError(
    'TOOL_FAILED',
    `"${name}" was not added, because ${what} does not fit its ${argument}: ${violations.join('; ')}.`,
    'Correct the one or the other.',
  )
}
