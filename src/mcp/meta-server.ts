import { Server, type ServerContext } from '@modelcontextprotocol/server'
import type { Principal } from '../model/principal.ts'
import type { Services } from '../pipeline/services.ts'
import { defaults } from '../config/defaults.ts'
import { callMetaTool } from './call-meta-tool.ts'
import { askClient, ClientNeeded } from './client-needed.ts'
import { showClientPage } from './client-page.ts'
import { askClientPerson } from './client-question.ts'
import { clientRoots } from './client-roots.ts'
import { describeMetaServer } from './describe-meta-server.ts'
import type { OpenQuestions } from './open-questions.ts'

/**
 * Makes a server for one connection or request.
 * @param services  the list answers before they are there; calls wait for them
 * @param openQuestions  of all connections
 */
export function createMetaServer(
  services: () => Promise<Services>,
  principal: Principal,
  openQuestions: OpenQuestions,
): Server {
  const { serverInfo, capabilities, instructions, tools } = describeMetaServer()
  const server = new Server(serverInfo, { capabilities, instructions })
  // Our schemas have an object at the root, as the SDK's type asks; a test holds them to it.
  server.setRequestHandler('tools/list', async () => ({ tools }) as never)
  server.setRequestHandler('tools/call', async ({ params }, context) => {
    const call = {
      services,
      principal,
      signal: context.mcpReq.signal,
      progress: progressReporter(context),
      roots: () => clientRoots(server, context),
      showPage: (url: string, message: string) => showClientPage(server, context, url, message),
      client: {
        // No hook of the SDK reads it, so it is the text that the client sent.
        state: context.mcpReq.requestState<string>(),
        openQuestions,
        ask: (question: string, mintState: () => Promise<string>) =>
          askClientPerson(server, context, { question, mintState, timeoutMs: defaults.confirmation.unansweredMs }),
      },
    }
    try {
      // MetaResult is CallToolResult, read-only.
      return (await callMetaTool(params.name, params.arguments ?? {}, call)) as never
    } catch (error) {
      if (error instanceof ClientNeeded) return askClient(error)
      throw error
    }
  })
  return server
}

function progressReporter({ mcpReq }: ServerContext): (message: string) => void {
  const progressToken = mcpReq._meta?.progressToken
  let progress = 0
  return (message) => {
    if (progressToken === undefined) return
    // A client that has gone away must not end the work.
    mcpReq
      .notify({ method: 'notifications/progress', params: { progressToken, progress: ++progress, message } })
      .catch(() => {})
  }
}
