import { ProtocolError, ProtocolErrorCode, Server, type ServerCapabilities } from '@modelcontextprotocol/server'
import { errorResult } from '../tool-result.ts'
import { callTool } from './call-tool.ts'
import { createRoundsSeal } from './input-rounds.ts'
import { completeArgument, renderPrompt } from './prompts.ts'
import { isTemplate, readResource } from './resources.ts'
import { createToolSearch, searchTools, type ToolSearch, unknownTool } from './search-exposure.ts'
import { type OpenCall, openCall, type ServedCall } from './served-call.ts'
import { serveTasks } from './serve-tasks.ts'
import type { ServerHost, ServerParts } from './server-parts.ts'
import { createTaskStore, type TaskStore } from './tasks.ts'
import { TASKS_EXTENSION } from './tasks-extension.ts'
import { listedTool, type ToolEntry } from './tool-entry.ts'

/**
 * Makes the factory of an MCP server out of its parts. Modern HTTP asks it for a server per request, so everything
 * that takes time is made once, here.
 * @param tasks  calls that go on; `none` where nothing outlives its request: then a tool with `task: "optional"` ends
 *   within its call, and one that requires tasks is refused
 */
export function createMcpServer(
  parts: ServerParts,
  host: ServerHost,
  tasks: TaskStore | 'none' = createTaskStore(),
): () => Server {
  const entries = new Map<string, ToolEntry>()
  for (const definition of parts.operations.operations) entries.set(definition.name, { kind: 'operation', definition })
  for (const definition of parts.tools) entries.set(definition.name, { kind: 'code', definition })
  for (const definition of parts.external?.tools ?? []) entries.set(definition.name, { kind: 'external', definition })
  const tools = parts.exposure === 'search' ? [...searchTools] : Array.from(entries.values(), listedTool)
  const search = createToolSearch(entries)

  const seal = createRoundsSeal(host.stateKey)
  const hasTasks = tasks !== 'none' && parts.tools.some(({ task }) => task !== undefined)

  return () => {
    const server = new Server(
      { name: parts.name, version: parts.version },
      {
        capabilities: capabilitiesOf(parts, hasTasks),
        instructions: parts.description,
        requestState: { verify: (state, call) => seal.verify(state, call) },
      },
    )
    const open: OpenCall = (call, params) => openCall({ server, host, seal }, call, params)
    server.setRequestHandler('tools/list', async () => ({ tools }))
    server.setRequestHandler('tools/call', async ({ params }, context) => {
      const call = await open(context, params)
      // The SDK's result type and ours are one shape; ours is read-only.
      return (await callNamedTool(
        params.name,
        params.arguments ?? {},
        { parts, entries, search, tasks },
        call,
      )) as never
    })
    if (hasTasks) serveTasks(server, tasks, open)
    if (parts.resources.length > 0) serveResources(server, parts, open)
    if (parts.prompts.length > 0) servePrompts(server, parts, open)
    return server
  }
}

interface Tools {
  readonly parts: ServerParts
  readonly entries: ReadonlyMap<string, ToolEntry>
  readonly search: ToolSearch
  readonly tasks: TaskStore | 'none'
}

async function callNamedTool(name: string, input: Record<string, unknown>, tools: Tools, call: ServedCall) {
  const { parts, entries, search, tasks } = tools
  if (parts.exposure === 'search') {
    const wanted = typeof input.tool === 'string' ? input.tool : ''
    if (name === 'search_tools')
      return search.find(typeof input.query === 'string' ? input.query : '', Number(input.limit ?? 8))
    if (name === 'describe_tool') return search.describe(wanted)
    if (name === 'read_tool' || name === 'call_tool') {
      const entry = entries.get(wanted)
      if (!entry) return unknownTool(wanted)
      if (name === 'read_tool' && entry.definition.effect !== 'read') {
        return errorResult(`"${wanted}" does not only read (effect "${entry.definition.effect}"). Use call_tool.`)
      }
      const given = typeof input.arguments === 'object' && input.arguments !== null ? input.arguments : {}
      return callTool(entry, { ...given }, parts, call, tasks)
    }
  }
  const entry = entries.get(name)
  if (!entry) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool "${name}".`)
  return callTool(entry, input, parts, call, tasks)
}

function serveResources(server: Server, parts: ServerParts, open: OpenCall): void {
  server.setRequestHandler('resources/list', async () => ({
    resources: parts.resources
      .filter((part) => !isTemplate(part))
      .map((part) => ({ uri: part.uri, ...describe(part) })),
  }))
  server.setRequestHandler('resources/templates/list', async () => ({
    resourceTemplates: parts.resources.filter(isTemplate).map((part) => ({ uriTemplate: part.uri, ...describe(part) })),
  }))
  server.setRequestHandler('resources/read', async ({ params }, context) =>
    readResource(parts, params.uri, await open(context, params)),
  )
}

function describe({ name, description, mimeType }: ServerParts['resources'][number]) {
  return { name, ...(description && { description }), ...(mimeType && { mimeType }) }
}

function servePrompts(server: Server, parts: ServerParts, open: OpenCall): void {
  server.setRequestHandler('prompts/list', async () => ({
    prompts: parts.prompts.map(({ name, description, arguments: args }) => ({
      name,
      description,
      arguments: args.map(({ values: _values, ...argument }) => argument),
    })),
  }))
  server.setRequestHandler('prompts/get', async ({ params }, context) => {
    const prompt = parts.prompts.find(({ name }) => name === params.name)
    if (!prompt) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown prompt "${params.name}".`)
    return renderPrompt(prompt, params.arguments ?? {}, await open(context, params))
  })
  server.setRequestHandler('completion/complete', async ({ params }) => {
    const { ref, argument } = params
    const prompt = ref.type === 'ref/prompt' ? parts.prompts.find(({ name }) => name === ref.name) : undefined
    return completeArgument(prompt, argument.name, argument.value)
  })
}

function capabilitiesOf(parts: ServerParts, hasTasks: boolean): ServerCapabilities {
  return {
    tools: { listChanged: true },
    logging: {},
    ...(hasTasks && { extensions: { [TASKS_EXTENSION]: {} } }),
    ...(parts.resources.length > 0 && { resources: { subscribe: true, listChanged: true } }),
    ...(parts.prompts.length > 0 && { prompts: { listChanged: true }, completions: {} }),
  }
}
