import { CLIENT_CAPABILITIES_META_KEY, type Server, type ServerContext } from '@modelcontextprotocol/server'
import { TASKS_EXTENSION } from '../../runtime/library/server/tasks-extension.ts'

/** What a client has said it can do; each member is whatever it sent. */
export interface DeclaredCapabilities {
  readonly roots?: unknown
  readonly elicitation?: { readonly form?: unknown; readonly url?: unknown }
  readonly extensions?: Readonly<Record<string, unknown>>
}

/** By the request's own envelope (2026-07-28), else by initialize. */
export function declaredCapabilities(server: Server, context: ServerContext): DeclaredCapabilities {
  return { ...Object(envelopeOf(context)[CLIENT_CAPABILITIES_META_KEY] ?? server.getClientCapabilities()) }
}

/** Whether the client calls again with its answers; older ones are asked while their call waits. */
export function callsAgain(context: ServerContext): boolean {
  return envelopeOf(context)[CLIENT_CAPABILITIES_META_KEY] !== undefined
}

/** The client takes a task in the place of a result; before 2026-07-28 there is no such result (SEP-2663). */
export function takesTasks(server: Server, context: ServerContext): boolean {
  return callsAgain(context) && declaredCapabilities(server, context).extensions?.[TASKS_EXTENSION] !== undefined
}

/** The SDK types the envelope as empty; it holds the reserved keys of the request's _meta. */
function envelopeOf({ mcpReq }: ServerContext): Record<string, unknown> {
  return { ...mcpReq.envelope }
}
