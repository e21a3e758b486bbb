import type { ToolContext } from '../../../../../runtime/library/tool-context.ts'
import { runDue } from '../shared/run-due.ts'

/** Runs what is due. The server calls it itself; a call too many finds nothing to do. */
export default async function runDueSchedules(_input: object, context: ToolContext): Promise<object> {
  const ran = await runDue(new Date(), context)
  return { ran }
}
