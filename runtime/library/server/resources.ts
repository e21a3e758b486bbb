import {
  type InputRequiredResult,
  type ReadResourceResult,
  ResourceNotFoundError,
  UriTemplate,
} from '@modelcontextprotocol/server'
import { isInputNeeded } from '../input-needed.ts'
import { callContext } from './call-context.ts'
import type { ServedCall } from './served-call.ts'
import type { ResourcePart, ServerParts } from './server-parts.ts'

export function isTemplate(resource: ResourcePart): boolean {
  return /\{[^}]+\}/.test(resource.uri)
}

/** Reads the resource with this URI, or the first whose template matches it. */
export async function readResource(
  parts: ServerParts,
  uri: string,
  call: ServedCall,
): Promise<ReadResourceResult | InputRequiredResult> {
  for (const resource of parts.resources) {
    const variables = isTemplate(resource) ? new UriTemplate(resource.uri).match(uri) : resource.uri === uri && {}
    if (!variables) continue
    try {
      const content = await readContent(resource, uri, variables, call)
      return { contents: [{ uri, ...(resource.mimeType && { mimeType: resource.mimeType }), ...content }] }
    } catch (error) {
      if (isInputNeeded(error)) return call.ask(error)
      throw error
    }
  }
  throw new ResourceNotFoundError(uri)
}

async function readContent(
  resource: ResourcePart,
  uri: string,
  variables: object,
  call: ServedCall,
): Promise<{ text: string } | { blob: string }> {
  if (resource.content !== 'code') {
    return 'text' in resource.content ? { text: resource.content.text } : { blob: resource.content.base64 }
  }
  const item = { kind: 'resource', name: resource.name } as const
  const value = await call.host.runCode(item, { uri, ...variables }, callContext(call), call.client)
  return { text: typeof value === 'string' ? value : (JSON.stringify(value) ?? '') }
}
