import type { ToolContext } from '../../../../../runtime/library/tool-context.ts'
import type { Rule } from '../shared/choose-upstreams.ts'
import { sendRequest } from '../shared/send-request.ts'

interface Input {
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly rule?: Rule
}

/** Reads a path from the first upstream that answers. */
export default async function readPath(
  { path, query, rule = 'first_healthy' }: Input,
  context: ToolContext,
): Promise<object> {
  return sendRequest({ method: 'GET', path, ...(query && { query }), rule }, context)
}
