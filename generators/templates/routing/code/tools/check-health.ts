import type { ToolContext } from '../../../../../runtime/library/tool-context.ts'
import { checkAll } from '../shared/health.ts'

/** Asks every upstream how it is, and remembers it for the requests to come. */
export default async function checkHealth(_input: object, context: ToolContext): Promise<object> {
  return { upstreams: await checkAll(context) }
}
