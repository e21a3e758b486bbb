import {
  type ReadResourceResult,
  ResourceNotFoundError,
  type ServerContext,
  UriTemplate,
} from '@modelcontextprotocol/server'
import type { ToolContext } from '../tool-context.ts'
import { callContext, type Notify } from './call-context.ts'
import { readAnswers } from './input-rounds.ts'
import type { ResourcePart, ServerHost, ServerParts } from './server-parts.ts'

export function isTemplate(resource: ResourcePart): boolean {
  return /\{[^}]+\}/.test(resource.uri)
}

/** Reads the resource with this URI, or the first whose template matches it. */
export async function readResource(
  parts: ServerParts,
  host: ServerHost,
  uri: string,
  call: ServerContext,
  notify: Notify,
): Promise<ReadResourceResult> {
  for (const resource of parts.resources) {
    const variables = isTemplate(resource) ? new UriTemplate(resource.uri).match(uri) : resource.uri === uri && {}
    if (!variables) continue
    const answers = readAnswers(call)
    const context = callContext(host, call, notify, answers)
    const content = await readContent(resource, uri, variables, host, context)
    return { contents: [{ uri, ...(resource.mimeType && { mimeType: resource.mimeType }), ...content }] }
  }
  throw new ResourceNotFoundError(uri)
}

async function readContent(
  resource: ResourcePart,
  uri: string,
  variables: object,
  host: ServerHost,
  context: ToolContext,
): Promise<{ text: string } | { blob: string }> {
  if (resource.content !== 'code') {
    return 'text' in resource.content ? { text: resource.content.text } : { blob: resource.content.base64 }
  }
  const value = await host.runCode({ kind: 'resource', name: resource.name }, { uri, ...variables }, context, [])
  return { text: typeof value === 'string' ? value : (JSON.stringify(value) ?? '') }
}
