import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server'
import { runCode } from './call-tool.ts'
import type { ServerHost, ServerParts } from './server-parts.ts'
import type { TaskCall, TaskRun } from './tasks.ts'

/** Runs the code of a task whose call is over, in another process than the one that began it. */
export function resumeTask(
  { tools }: Pick<ServerParts, 'tools'>,
  host: ServerHost,
  { tool: name, input, client }: TaskCall,
): TaskRun {
  return async (answers, signal) => {
    const tool = tools.find((each) => each.name === name)
    if (!tool) throw new ProtocolError(ProtocolErrorCode.InternalError, `This server no longer has the tool "${name}".`)
    return runCode(tool, input, {
      host,
      client: { ...client, answers },
      signal,
      // The stream that would have carried it to the client has ended.
      request: { signal, log: nowhere, notify: nowhere },
      notify: (change) => host.publish?.(change),
      background: () => {},
    })
  }
}

async function nowhere(): Promise<void> {}
