import type { Tool } from '@modelcontextprotocol/server'
import { errorResult, type ToolResult } from '../tool-result.ts'
import { listedTool, type ToolEntry } from './tool-entry.ts'
import type { ToolDocument, ToolIndex } from './tool-index.ts'

const toolName = { type: 'string', maxLength: 64, description: 'A tool name that search_tools gave.' }
const toolArguments = { type: 'object', description: 'Its arguments, as describe_tool shows them.' }

/** The four tools that stand for all the others: find, describe, call what only reads, call what changes something. */
export const searchTools: readonly Tool[] = [
  {
    name: 'search_tools',
    description: 'Finds tools of this server by what they do. Gives names, what they do, and their effect, best first.',
    inputSchema: {
      type: 'object',
      properties: {
        query: { type: 'string', maxLength: 500, description: 'Plain words: "list open pull requests".' },
        limit: { type: 'integer', minimum: 1, maximum: 25, description: 'At most this many, 8 by default.' },
      },
      required: ['query'],
      additionalProperties: false,
    },
    annotations: { readOnlyHint: true, openWorldHint: false },
  },
  {
    name: 'describe_tool',
    description: 'Shows a tool in full: its description and the schema of its arguments.',
    inputSchema: { type: 'object', properties: { tool: toolName }, required: ['tool'], additionalProperties: false },
    annotations: { readOnlyHint: true, openWorldHint: false },
  },
  {
    name: 'read_tool',
    description: 'Calls a tool that only reads (effect "read") and gives its result.',
    inputSchema: {
      type: 'object',
      properties: { tool: toolName, arguments: toolArguments },
      required: ['tool'],
      additionalProperties: false,
    },
    annotations: { readOnlyHint: true, openWorldHint: true },
  },
  {
    name: 'call_tool',
    description: 'Calls any tool, also one that writes or deletes, and gives its result.',
    inputSchema: {
      type: 'object',
      properties: { tool: toolName, arguments: toolArguments },
      required: ['tool'],
      additionalProperties: false,
    },
    annotations: { readOnlyHint: false, destructiveHint: true, openWorldHint: true },
  },
]

export interface ToolSearch {
  find(query: string, limit: number): Promise<ToolResult>
  describe(name: string): ToolResult
}

/** Searches names, groups, paths and descriptions with BM25; the index is built at the first question. */
export function createToolSearch(entries: ReadonlyMap<string, ToolEntry>): ToolSearch {
  let index: ToolIndex | undefined
  return {
    async find(query, limit) {
      // On Workers it is a chunk of its own, which other servers never load.
      const { createToolIndex } = await import('./tool-index.ts')
      index ??= createToolIndex(Array.from(entries.values(), toDocument))
      const hits = index.search(query).slice(0, limit)
      const found = hits.flatMap(({ id }) => {
        const entry = entries.get(id)
        return entry ? [summary(entry)] : []
      })
      if (found.length === 0)
        return errorResult(`No tool matches "${query}". Try other words; ${entries.size} tools are here.`)
      const text = found.map(({ name, effect, description }) => `${name} (${effect}): ${description}`).join('\n')
      return { content: [{ type: 'text', text }], structuredContent: { tools: found, total: entries.size } }
    },
    describe(name) {
      const entry = entries.get(name)
      if (!entry) return unknownTool(name)
      const { annotations: _annotations, ...tool } = listedTool(entry)
      const shown = { ...tool, effect: entry.definition.effect }
      return { content: [{ type: 'text', text: JSON.stringify(shown) }], structuredContent: shown }
    },
  }
}

export function unknownTool(name: string): ToolResult {
  return errorResult(`This server has no tool "${name}". Find its name with search_tools.`)
}

function summary({ definition }: ToolEntry) {
  const firstSentence = definition.description.split(/(?<=\.)\s|\n/, 1)[0] ?? ''
  return { name: definition.name, effect: definition.effect, description: firstSentence.slice(0, 160) }
}

function toDocument({ definition }: ToolEntry): ToolDocument {
  const { name, description, effect } = definition
  const isOperation = 'call' in definition
  return {
    name,
    description,
    effect,
    group: isOperation ? definition.group : undefined,
    path: isOperation ? definition.call.path : undefined,
  }
}
