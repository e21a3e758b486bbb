import { Server, type ServerContext } from '@modelcontextprotocol/server'
import type { Principal } from '../model/principal.ts'
import type { Services } from '../pipeline/services.ts'
import { defaults } from '../config/defaults.ts'
import { callMetaTool, type IncomingCall } from './call-meta-tool.ts'
import { askClient, ClientNeeded } from './client-needed.ts'
import { showClientPage } from './client-page.ts'
import { askClientPerson } from './client-question.ts'
import { clientRoots } from './client-roots.ts'
import { complete } from './complete.ts'
import { describeMetaServer } from './describe-meta-server.ts'
import type { OpenQuestions } from './open-questions.ts'
import { getPrompt } from './prompts/get-prompt.ts'
import { listResources } from './resources/list-resources.ts'
import { readResource } from './resources/read-resource.ts'

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
  const { serverInfo, capabilities, instructions, tools, prompts, resourceTemplates } = describeMetaServer()
  const server = new Server(serverInfo, { capabilities, instructions })
  const incoming = (context: ServerContext) => incomingCall(server, context, { services, principal, openQuestions })
  const toolsFor = (context: ServerContext) => (name: string, input: object) =>
    callMetaTool(name, input, incoming(context))
  // Our schemas have an object at the root, as the SDK's type asks; a test holds them to it.
  server.setRequestHandler('tools/list', async () => ({ tools }) as never)
  server.setRequestHandler('tools/call', async ({ params }, context) => {
    try {
      // MetaResult is CallToolResult, read-only.
      return (await toolsFor(context)(params.name, params.arguments ?? {})) as never
    } catch (error) {
      if (error instanceof ClientNeeded) return askClient(error)
      throw error
    }
  })
  server.setRequestHandler('resources/list', async ({ params }) =>
    listResources(params?.cursor, await services(), principal),
  )
  server.setRequestHandler('resources/templates/list', async () => ({ resourceTemplates }))
  server.setRequestHandler('resources/read', ({ params }, context) =>
    readResource(params.uri, toolsFor(context), services, principal, context.mcpReq.signal),
  )
  server.setRequestHandler('prompts/list', async () => ({ prompts }))
  server.setRequestHandler('prompts/get', ({ params }, context) =>
    getPrompt(params.name, params.arguments ?? {}, toolsFor(context)),
  )
  server.setRequestHandler('completion/complete', async ({ params }) => complete(params, await services(), principal))
  return server
}

/** What a call brings along from its request. */
function incomingCall(
  server: Server,
  context: ServerContext,
  { openQuestions, ...rest }: Pick<IncomingCall, 'services' | 'principal'> & { readonly openQuestions: OpenQuestions },
): IncomingCall {
  return {
    ...rest,
    signal: context.mcpReq.signal,
    progress: progressReporter(context),
    roots: () => clientRoots(server, context),
    showPage: (url, message) => showClientPage(server, context, url, message),
    client: {
      // No hook of the SDK reads it, so it is the text that the client sent.
      state: context.mcpReq.requestState<string>(),
      openQuestions,
      ask: (question, mintState) =>
        askClientPerson(server, context, { question, mintState, timeoutMs: defaults.confirmation.unansweredMs }),
    },
  }
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
