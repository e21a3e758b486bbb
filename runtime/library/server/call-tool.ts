import { type InputRequiredResult, ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server'
import { callOperation } from '../call-operation.ts'
import type { ExternalTool } from '../external/external-parts.ts'
import { isInputNeeded } from '../input-needed.ts'
import type { JsonSchema } from '../json-schema.ts'
import { markHidden } from '../mark-hidden.ts'
import type { Operation } from '../operation.ts'
import { errorResult, toToolResult, type ToolResult } from '../tool-result.ts'
import { callContext, type CodeCall } from './call-context.ts'
import { readFileResource } from './resources.ts'
import type { ServedCall } from './served-call.ts'
import { requireTasks } from './serve-tasks.ts'
import type { CodeTool, ServerHost, ServerParts } from './server-parts.ts'
import { type CreatedTask, runInBackground } from './run-in-background.ts'
import type { TaskStore } from './tasks.ts'
import { checkBySchema, checkInput, type ToolEntry } from './tool-entry.ts'

/**
 * Checks the arguments and runs the tool. What the caller can mend comes back as an error result, never as a
 * protocol error: models read results.
 */
export async function callTool(
  entry: ToolEntry,
  input: Readonly<Record<string, unknown>>,
  parts: ServerParts,
  call: ServedCall,
  tasks: TaskStore | 'none',
): Promise<ToolResult | InputRequiredResult | CreatedTask> {
  const problem = await checkInput(entry.definition, input)
  if (problem)
    return errorResult(`The arguments of ${entry.definition.name} are not right: ${problem}. No request was made.`)
  try {
    if (entry.kind === 'operation') return markHidden(await runOperation(entry.definition, input, parts, call))
    if (entry.kind === 'external') return markHidden(await callExternal(entry.definition, input, call))
    return await callCode(entry.definition, input, call, tasks)
  } catch (error) {
    if (isInputNeeded(error)) return call.ask(error)
    if (error instanceof ProtocolError) throw error
    return markHidden(failedResult(entry.definition.name, error, call.host))
  }
}

/** @throws InputNeeded; ProtocolError */
async function callCode(tool: CodeTool, input: unknown, call: ServedCall, tasks: TaskStore | 'none') {
  const { name, task } = tool
  if (task === 'required') {
    if (tasks === 'none') return errorResult(`${name} can only be called as a task, and there are none here.`)
    requireTasks(call)
  }
  const run = (served: ServedCall) => runCode(tool, input, served)
  if (!task || tasks === 'none' || !call.takesTasks) return run(call)
  return runInBackground(run, call, { tool: name, input }, tasks)
}

/** @throws InputNeeded; ProtocolError when the code threw an error of that name */
export async function runCode({ name, task }: CodeTool, input: unknown, call: CodeCall): Promise<ToolResult> {
  const { host, client } = call
  try {
    const item = { kind: 'tool', name, ...(task && { isTask: true }) } as const
    return markHidden(toToolResult(await host.runCode(item, input, callContext(call), client)))
  } catch (error) {
    if (isInputNeeded(error)) throw error
    if (error instanceof Error && error.name === 'ProtocolError') {
      throw new ProtocolError(ProtocolErrorCode.InternalError, error.message)
    }
    return markHidden(failedResult(name, error, host))
  }
}

function failedResult(name: string, error: unknown, host: ServerHost): ToolResult {
  host.log('error', `${name} failed`, { error: String(error) })
  return errorResult(`${name} failed: ${error instanceof Error ? error.message : String(error)}`)
}

async function runOperation(
  operation: Operation,
  input: Readonly<Record<string, unknown>>,
  parts: ServerParts,
  served: ServedCall,
): Promise<ToolResult> {
  const { fetch, env, certificateFetch, saveCredential, sharedTokens } = served.host
  const result = await callOperation(operation, input, {
    fetch,
    env,
    signal: served.request.signal,
    readResource: (uri) => readFileResource(parts, uri, served),
    ...(certificateFetch && { certificateFetch }),
    ...(saveCredential && { saveCredential }),
    ...(sharedTokens && { sharedTokens }),
    credentials: parts.operations.credentials,
    ...(parts.protocols && { protocols: parts.protocols }),
  })
  return fitToSchema(operation, result)
}

/** @throws InputNeeded when the connected server asks the client */
async function callExternal(
  tool: ExternalTool,
  input: Readonly<Record<string, unknown>>,
  served: ServedCall,
): Promise<ToolResult> {
  const { host, client } = served
  if (!host.callExternal)
    throw new Error(`It belongs to the connected server "${tool.connection}", which is not reached from here.`)
  return fitToSchema(tool, await host.callExternal(tool, input, callContext(served), client))
}

/** Clients throw a whole result away that does not fit its schema; as an error its text still reaches the model. */
async function fitToSchema({ outputSchema }: { readonly outputSchema?: JsonSchema }, result: ToolResult) {
  if (!outputSchema || result.isError) return result
  const problem = result.structuredContent ? await checkBySchema(outputSchema, result.structuredContent) : undefined
  if (!problem) return result
  const note = `The API's answer does not fit its description (${problem}). It is shown above as it came.`
  return { content: [...result.content, { type: 'text', text: note } as const], isError: true }
}
