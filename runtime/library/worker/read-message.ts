import { isJsonContentType, readRequestBody } from '@modelcontextprotocol/server'
import type { ServerParts } from '../server/server-parts.ts'

/** More of a request is not read. */
const REQUEST_BYTES = 4 * 1024 * 1024

/**
 * Reads what a client posts: one JSON-RPC message, or a batch of them.
 * @returns undefined where there is none to read: another method, or another content type, which the SDK refuses
 */
export async function readMessage(request: Request): Promise<{ readonly body: unknown } | Response | undefined> {
  if (request.method !== 'POST' || !isJsonContentType(request.headers.get('content-type'))) return undefined
  const read = await readRequestBody(request, REQUEST_BYTES)
  if (read.tooLarge) return refused(413, -32_000, `A request may have at most ${REQUEST_BYTES} bytes.`)
  try {
    return { body: JSON.parse(read.text) as unknown }
  } catch {
    return refused(400, -32_700, 'The body of the request is not JSON.')
  }
}

/** JSON-RPC 2.0, section 5.1; without an id, since none was read. */
export function refused(status: number, code: number, message: string): Response {
  return Response.json({ jsonrpc: '2.0', error: { code, message }, id: null }, { status })
}

/** The tools that a message calls, those behind the four of a server that shows them by search too. */
export function calledTools(body: unknown, { exposure }: Pick<ServerParts, 'exposure'>): readonly string[] {
  const messages = Array.isArray(body) ? body : [body]
  return messages.filter(isToolCall).flatMap(({ params }) => {
    const { name, arguments: { tool } = {} } = params
    return exposure === 'search' && typeof tool === 'string' ? [name, tool] : [name]
  })
}

interface ToolCall {
  readonly params: { readonly name: string; readonly arguments?: { readonly tool?: unknown } }
}

function isToolCall(message: unknown): message is ToolCall {
  if (!isRecord(message) || message['method'] !== 'tools/call' || !isRecord(message['params'])) return false
  const { name, arguments: given } = message['params']
  return typeof name === 'string' && (given === undefined || isRecord(given))
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
