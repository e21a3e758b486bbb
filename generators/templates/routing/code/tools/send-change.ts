import type { ToolContext } from '../../../../../runtime/library/tool-context.ts'
import type { Rule } from '../shared/choose-upstreams.ts'
import { sendRequest } from '../shared/send-request.ts'

interface Input {
  readonly method: 'POST' | 'PUT' | 'PATCH'
  readonly path: string
  readonly body?: unknown
  readonly rule?: Rule
}

/** Sends a change to one upstream, and never to a second. */
export default async function sendChange(
  { method, path, body, rule = 'first_healthy' }: Input,
  context: ToolContext,
): Promise<object> {
  return sendRequest({ method, path, ...(body !== undefined && { body }), rule }, context)
}
