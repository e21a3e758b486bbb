import { SERVER_INFO_META_KEY, Server, type ServerContext } from '@modelcontextprotocol/server'
import { describeTask, serveTasks } from '../../runtime/library/server/serve-tasks.ts'
import type { Principal } from '../model/principal.ts'
import type { Services } from '../pipeline/services.ts'
import { defaults } from '../config/defaults.ts'
import { callMetaTool, type IncomingCall } from './call-meta-tool.ts'
import { cancelledCall } from './cancelled-call.ts'
import { callsAgain, takesTasks } from './client-capabilities.ts'
import { offeredTools } from '../tools/offered-tools.ts'
import { askClient, ClientNeeded } from './client-needed.ts'
import { showClientPage } from './client-page.ts'
import { askClientPerson } from './client-question.ts'
import { clientRoots } from './client-roots.ts'
import { complete } from './complete.ts'
import { describeMetaServer } from './describe-meta-server.ts'
import { createJobTasks } from './job-tasks.ts'
import type { OpenCalls } from './open-calls.ts'
import type { OpenQuestions } from './open-questions.ts'
import { progressReporter } from './progress-reporter.ts'
import { getPrompt } from './prompts/get-prompt.ts'
import { listResources } from './resources/list-resources.ts'
import { readResource } from './resources/read-resource.ts'

/** What all connections share. */
export interface MetaServerParts {
  /** Whether a person has switched the tools for files on. */
  readonly fileTools: boolean
  /** The list answers before they are there; calls wait for them. */
  readonly services: () => Promise<Services>
  readonly openQuestions: OpenQuestions
  readonly openCalls: OpenCalls
}

/** Makes a server for one connection or request. */
export function createMetaServer(parts: MetaServerParts, principal: Principal): Server {
  const { services } = parts
  const { serverInfo, capabilities, instructions, tools, prompts, resourceTemplates } = describeMetaServer(parts)
  const server = new Server(serverInfo, { capabilities, instructions })
  const tasks = createJobTasks(services, principal)
  const callFor = async (context: ServerContext, name: string, input: object) => {
    using cancelled = cancelledCall(context, parts.openCalls)
    return await callMetaTool(name, input, incomingCall(server, context, cancelled.signal, parts, principal))
  }
  const toolsFor = (context: ServerContext) => async (name: string, input: object) =>
    (await callFor(context, name, input)).result
  // Our schemas have an object at the root, as the SDK's type asks; a test holds them to it.
  server.setRequestHandler('tools/list', async () => ({ tools }) as never)
  server.setRequestHandler('tools/call', async ({ params }, context) => {
    try {
      const { result, job } = await callFor(context, params.name, params.arguments ?? {})
      const isTask = job !== undefined && takesTasks(server, context)
      const answer = isTask ? { resultType: 'task', ...describeTask(await tasks.get(job)) } : result
      // MetaResult is CallToolResult, read-only; CreateTaskResult is of an extension.
      return (callsAgain(context) ? signed(answer, serverInfo) : answer) as never
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
    readResource(params.uri, services, principal, context.mcpReq.signal),
  )
  server.setRequestHandler('prompts/list', async () => ({ prompts }))
  server.setRequestHandler('prompts/get', ({ params }, context) =>
    getPrompt(params.name, params.arguments ?? {}, {
      callTool: toolsFor(context),
      readResource: (uri) => readResource(uri, services, principal, context.mcpReq.signal),
    }),
  )
  serveTasks(server, tasks, (context) => ({ takesTasks: takesTasks(server, context) }))
  server.setRequestHandler('completion/complete', async ({ params }) => complete(params, await services(), principal))
  return server
}

/**
 * With the server's name and version alone: what it says of itself else, icons too, has been told by server/discover,
 * and would stand in every result. 2026-07-28, basic/index, Meta.
 */
function signed(answer: object, { name, version }: { readonly name: string; readonly version: string }): object {
  const { _meta }: { _meta?: object } = answer
  return { ...answer, _meta: { [SERVER_INFO_META_KEY]: { name, version }, ..._meta } }
}

/** What a call brings along from its request. */
function incomingCall(
  server: Server,
  context: ServerContext,
  cancelled: AbortSignal,
  { services, openQuestions, fileTools }: MetaServerParts,
  principal: Principal,
): IncomingCall {
  return {
    services,
    tools: offeredTools({ fileTools }),
    principal,
    signal: context.mcpReq.signal,
    cancelled,
    progress: progressReporter(context),
    takesTasks: takesTasks(server, context),
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
