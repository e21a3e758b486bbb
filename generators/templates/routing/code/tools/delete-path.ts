import type { ToolContext } from '../../../../../runtime/library/tool-context.ts'
import { sendRequest } from '../shared/send-request.ts'

/** Has one upstream delete what is at a path. */
export default async function deletePath({ path }: { readonly path: string }, context: ToolContext): Promise<object> {
  return sendRequest({ method: 'DELETE', path, rule: 'first_healthy' }, context)
}
