import {
  ProtocolError,
  ProtocolErrorCode,
  Server,
  type ServerCapabilities,
  type ServerContext,
} from '@modelcontextprotocol/server'
import type { Change } from '../tool-context.ts'
import { errorResult } from '../tool-result.ts'
import { callTool } from './call-tool.ts'
import { completeArgument, renderPrompt } from './prompts.ts'
import { isTemplate, readResource } from './resources.ts'
import { createToolSearch, searchTools, type ToolSearch, unknownTool } from './search-exposure.ts'
import type { ServerHost, ServerParts } from './server-parts.ts'
import { listedTool, type ToolEntry } from './tool-entry.ts'

/**
 * Makes the factory of an MCP server out of its parts. Modern HTTP asks it for a server per request, so everything
 * that takes time is made once, here.
 */
export function createMcpServer(parts: ServerParts, host: ServerHost): () => Server {
  const entries = new Map<string, ToolEntry>()
  for (const definition of parts.operations.operations) entries.set(definition.name, { kind: 'operation', definition })
  for (const definition of parts.tools) entries.set(definition.name, { kind: 'code', definition })
  const tools = parts.exposure === 'search' ? [...searchTools] : Array.from(entries.values(), listedTool)
  const search = createToolSearch(entries)

  return () => {
    const server = new Server(
      { name: parts.name, version: parts.version },
      { capabilities: capabilitiesOf(parts), instructions: parts.description },
    )
    const notify = notifier(server)
    server.setRequestHandler('tools/list', async () => ({ tools }))
    // The SDK's result type and ours are one shape; ours is read-only.
    const call = (name: string, input: Record<string, unknown>, context: ServerContext) =>
      callNamedTool(name, input, { parts, host, entries, search, notify, context }) as Promise<never>
    server.setRequestHandler('tools/call', ({ params }, context) => call(params.name, params.arguments ?? {}, context))
    if (parts.resources.length > 0) serveResources(server, parts, host)
    if (parts.prompts.length > 0) servePrompts(server, parts)
    return server
  }
}

interface CallSurroundings {
  readonly parts: ServerParts
  readonly host: ServerHost
  readonly entries: ReadonlyMap<string, ToolEntry>
  readonly search: ToolSearch
  readonly notify: (change: Change) => void
  readonly context: ServerContext
}

async function callNamedTool(name: string, input: Record<string, unknown>, surroundings: CallSurroundings) {
  const { parts, host, entries, search, notify, context } = surroundings
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
      return callTool(entry, { ...given }, parts, host, context, notify)
    }
  }
  const entry = entries.get(name)
  if (!entry) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool "${name}".`)
  return callTool(entry, input, parts, host, context, notify)
}

function serveResources(server: Server, parts: ServerParts, host: ServerHost): void {
  const notify = notifier(server)
  server.setRequestHandler('resources/list', async () => ({
    resources: parts.resources
      .filter((part) => !isTemplate(part))
      .map((part) => ({ uri: part.uri, ...describe(part) })),
  }))
  server.setRequestHandler('resources/templates/list', async () => ({
    resourceTemplates: parts.resources.filter(isTemplate).map((part) => ({ uriTemplate: part.uri, ...describe(part) })),
  }))
  server.setRequestHandler('resources/read', ({ params }, call) => readResource(parts, host, params.uri, call, notify))
}

function describe({ name, description, mimeType }: ServerParts['resources'][number]) {
  return { name, ...(description && { description }), ...(mimeType && { mimeType }) }
}

function servePrompts(server: Server, parts: ServerParts): void {
  server.setRequestHandler('prompts/list', async () => ({
    prompts: parts.prompts.map(({ name, description, arguments: args }) => ({
      name,
      description,
      arguments: args.map(({ values: _values, ...argument }) => argument),
    })),
  }))
  server.setRequestHandler('prompts/get', async ({ params }) => {
    const prompt = parts.prompts.find(({ name }) => name === params.name)
    if (!prompt) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown prompt "${params.name}".`)
    return renderPrompt(prompt, params.arguments ?? {})
  })
  server.setRequestHandler('completion/complete', async ({ params }) => {
    const { ref, argument } = params
    const prompt = ref.type === 'ref/prompt' ? parts.prompts.find(({ name }) => name === ref.name) : undefined
    return completeArgument(prompt, argument.name, argument.value)
  })
}

function capabilitiesOf(parts: ServerParts): ServerCapabilities {
  return {
    tools: { listChanged: true },
    logging: {},
    ...(parts.resources.length > 0 && { resources: { subscribe: true, listChanged: true } }),
    ...(parts.prompts.length > 0 && { prompts: { listChanged: true }, completions: {} }),
  }
}

/** Clients that have gone must not end the tool that tells them something. */
function notifier(server: Server): (change: Change) => void {
  return (change) => {
    const sent =
      change.kind === 'resource'
        ? server.sendResourceUpdated({ uri: change.uri })
        : change.kind === 'tools'
          ? server.sendToolListChanged()
          : change.kind === 'resources'
            ? server.sendResourceListChanged()
            : server.sendPromptListChanged()
    sent.catch(() => {})
  }
}
