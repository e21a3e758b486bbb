import {
  type InputRequiredResult,
  type ReadResourceResult,
  ResourceNotFoundError,
  UriTemplate,
} from '@modelcontextprotocol/server'
import { withoutSmuggled } from '../hidden-text.ts'
import { isInputNeeded } from '../input-needed.ts'
import type { ResourceContent } from '../load-files.ts'
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
  try {
    const found = await findContent(parts, uri, call)
    if (!found) throw new ResourceNotFoundError(uri)
    return { contents: [{ uri, ...(found.mimeType && { mimeType: found.mimeType }), ...found.content }] }
  } catch (error) {
    if (isInputNeeded(error)) return call.ask(error)
    throw error
  }
}

/** The same for a file argument. @throws InputNeeded when the resource's code asks the client something */
export async function readFileResource(
  parts: ServerParts,
  uri: string,
  call: ServedCall,
): Promise<ResourceContent | undefined> {
  const found = await findContent(parts, uri, call)
  if (!found) return undefined
  const mediaType = found.mimeType ? { mediaType: found.mimeType } : {}
  return 'text' in found.content
    ? { ...mediaType, text: found.content.text }
    : { ...mediaType, base64: found.content.blob }
}

type Content = { readonly text: string } | { readonly blob: string }

async function findContent(
  parts: ServerParts,
  uri: string,
  call: ServedCall,
): Promise<{ readonly content: Content; readonly mimeType: string | undefined } | undefined> {
  for (const resource of parts.resources) {
    const variables = isTemplate(resource) ? new UriTemplate(resource.uri).match(uri) : resource.uri === uri && {}
    if (!variables) continue
    return { content: await readContent(resource, uri, variables, call), mimeType: resource.mimeType }
  }
  return undefined
}

async function readContent(resource: ResourcePart, uri: string, variables: object, call: ServedCall): Promise<Content> {
  if (resource.content !== 'code') {
    return 'text' in resource.content ? { text: resource.content.text } : { blob: resource.content.base64 }
  }
  const item = { kind: 'resource', name: resource.name } as const
  const value = await call.host.runCode(item, { uri, ...variables }, callContext(call), call.client)
  // A document has no place for a note: what it only smuggles is taken out.
  return { text: withoutSmuggled(typeof value === 'string' ? value : (JSON.stringify(value) ?? '')) }
}
