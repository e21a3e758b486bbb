/** What the conformance suite asks for, as a person writes it with the SDK: over stdio, of every era. */
import { setTimeout } from 'node:timers/promises'
import {
  completable,
  createRequestStateCodec,
  fromJsonSchema,
  inputRequired,
  McpServer,
  ResourceTemplate,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import * as z from 'zod'

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=='
const WAV = 'UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA='
const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities'

type Tool = Parameters<McpServer['registerTool']>[2]
type Requests = NonNullable<Parameters<typeof inputRequired>[0]['inputRequests']>

const codec = createRequestStateCodec<{ round: number; name?: string }>({
  key: crypto.getRandomValues(new Uint8Array(32)),
})
const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] })
const image = { type: 'image' as const, data: PNG, mimeType: 'image/png' }
const resourceOf = (uri: string, mimeType: string, value: string) => ({
  type: 'resource' as const,
  resource: { uri, mimeType, text: value },
})

function form(message: string, properties: object, required: string[] = []) {
  // The suite's schemas are those of an elicitation.
  const requestedSchema = { type: 'object', properties, required } as Parameters<
    typeof inputRequired.elicit
  >[0]['requestedSchema']
  return inputRequired.elicit({ message, requestedSchema })
}

const say = (value: string) =>
  inputRequired.createMessage({ messages: [{ role: 'user', content: { type: 'text', text: value } }], maxTokens: 100 })

const askName = form('What is your name?', { name: { type: 'string' } }, ['name'])
const confirm = form('Please confirm', { ok: { type: 'boolean' } }, ['ok'])

/** Asks in one round, with a sealed state where one is given, and answers with what came. */
function asking(requestsOf: (context: ServerContext, input: never) => Requests, state?: { round: number }): Tool {
  return (async (input: never, context: ServerContext) => {
    const { inputResponses } = context.mcpReq
    if (inputResponses) return text(`answered: ${JSON.stringify(inputResponses)}`)
    const requestState = state && (await codec.mint(state))
    return inputRequired({ inputRequests: requestsOf(context, input), ...(requestState && { requestState }) })
  }) as Tool
}

const multiRound = (async (_: unknown, { mcpReq }: ServerContext) => {
  const { round, name } = mcpReq.requestState<{ round: number; name?: string }>() ?? { round: 0 }
  const answer = Object(mcpReq.inputResponses?.[`step${round}`])
  if (round === 2) return text(`Multi-round complete: ${name} likes ${answer.content?.color}`)
  const inputRequests: Requests =
    round === 0
      ? { step1: form('Step 1: What is your name?', { name: { type: 'string' } }, ['name']) }
      : { step2: form('Step 2: What is your favorite color?', { color: { type: 'string' } }, ['color']) }
  const requestState = await codec.mint({ round: round + 1, name: answer.content?.name })
  return inputRequired({ inputRequests, requestState })
}) as Tool

const titled = (...titles: string[]) => titles.map((title, index) => ({ const: `value${index + 1}`, title }))

const tools: Record<string, Tool | { schema: Parameters<typeof fromJsonSchema>[0]; run: Tool }> = {
  test_simple_text: () => text('This is a simple text response for testing.'),
  test_image_content: () => ({ content: [image] }),
  test_audio_content: () => ({ content: [{ type: 'audio', data: WAV, mimeType: 'audio/wav' }] }),
  test_embedded_resource: () => ({
    content: [resourceOf('test://embedded-resource', 'text/plain', 'This is an embedded resource content.')],
  }),
  test_multiple_content_types: () => ({
    content: [
      { type: 'text', text: 'Multiple content types test:' },
      image,
      resourceOf('test://mixed-content-resource', 'application/json', '{"test":"data","value":123}'),
    ],
  }),
  test_tool_with_logging: async (_: unknown, { mcpReq }: ServerContext) => {
    for (const data of ['Tool execution started', 'Tool processing data', 'Tool execution completed']) {
      await mcpReq.notify({ method: 'notifications/message', params: { level: 'info', data } })
      await setTimeout(50)
    }
    return text('done')
  },
  test_logging_tool: async (_: unknown, { mcpReq }: ServerContext) => {
    await mcpReq.log('info', 'ran')
    return text('logged')
  },
  test_tool_with_progress: async (_: unknown, { mcpReq }: ServerContext) => {
    const progressToken = mcpReq['_meta']?.progressToken
    for (const progress of [0, 50, 100]) {
      if (progressToken === undefined) continue
      await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total: 100 } })
      await setTimeout(50)
    }
    return text(String(progressToken))
  },
  test_error_handling: () => {
    throw new Error('This tool intentionally returns an error for testing')
  },
  test_streaming_elicitation: () => text('result frames only'),
  test_missing_capability: asking(() => ({ llm: say('pong?') })),
  test_sampling: {
    schema: { type: 'object', properties: { prompt: { type: 'string' } }, required: ['prompt'] },
    run: asking((_, { prompt }) => ({ llm: say(prompt) })),
  },
  test_elicitation: {
    schema: { type: 'object', properties: { message: { type: 'string' } }, required: ['message'] },
    run: asking((_, { message }) => ({ user: form(message, { response: { type: 'string' } }, ['response']) })),
  },
  test_elicitation_sep1034_defaults: asking(() => ({
    user: form('Please review', {
      name: { type: 'string', default: 'John Doe' },
      age: { type: 'integer', default: 30 },
      score: { type: 'number', default: 95.5 },
      status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
      verified: { type: 'boolean', default: true },
    }),
  })),
  test_elicitation_sep1330_enums: asking(() => ({
    user: form('Please select', {
      untitledSingle: { type: 'string', enum: ['option1', 'option2', 'option3'] },
      titledSingle: { type: 'string', oneOf: titled('First Option', 'Second Option', 'Third Option') },
      legacyEnum: {
        type: 'string',
        enum: ['opt1', 'opt2', 'opt3'],
        enumNames: ['Option One', 'Option Two', 'Option Three'],
      },
      untitledMulti: {
        type: 'array',
        minItems: 1,
        maxItems: 3,
        items: { type: 'string', enum: ['option1', 'option2', 'option3'] },
      },
      titledMulti: {
        type: 'array',
        minItems: 1,
        maxItems: 3,
        items: { anyOf: titled('First Choice', 'Second Choice', 'Third Choice') },
      },
    }),
  })),
  test_input_required_result_elicitation: asking(() => ({ user_name: askName })),
  test_input_required_result_sampling: asking(() => ({ question: say('What is the capital of France?') })),
  test_input_required_result_list_roots: asking(() => ({ client_roots: inputRequired.listRoots() })),
  test_input_required_result_request_state: async (_: unknown, { mcpReq }: ServerContext) => {
    if (mcpReq.inputResponses) return text(`state-ok: ${JSON.stringify(mcpReq.requestState())}`)
    return inputRequired({ inputRequests: { confirm }, requestState: await codec.mint({ round: 1 }) })
  },
  test_input_required_result_multiple_inputs: asking(
    () => ({ user_name: askName, greeting: say('Generate a greeting'), client_roots: inputRequired.listRoots() }),
    { round: 1 },
  ),
  test_input_required_result_multi_round: multiRound,
  test_input_required_result_tampered_state: asking(() => ({ confirm }), { round: 1 }),
  test_input_required_result_capabilities: asking(({ mcpReq }) => {
    const able = Object(Object(mcpReq.envelope)[CAPABILITIES])
    return {
      ...(able.elicitation && { user_name: askName }),
      ...(able.sampling && { greeting: say('Generate a greeting') }),
      ...(able.roots && { client_roots: inputRequired.listRoots() }),
    }
  }),
}

function createForeignServer(): McpServer {
  const server = new McpServer(
    { name: 'foreign-everything', version: '1.0.0' },
    {
      capabilities: {
        tools: { listChanged: true },
        resources: { subscribe: true, listChanged: true },
        prompts: { listChanged: true },
        logging: {},
        completions: {},
      },
      requestState: { verify: codec.verify },
    },
  )
  const none: Parameters<typeof fromJsonSchema>[0] = { type: 'object', properties: {} }
  for (const [name, tool] of Object.entries(tools)) {
    const { schema, run } = typeof tool === 'function' ? { schema: none, run: tool } : tool
    server.registerTool(
      name,
      { description: `Tests ${name}.`, inputSchema: fromJsonSchema<Record<string, unknown>>(schema) },
      run,
    )
  }
  addResources(server)
  addPrompts(server)
  return server
}

function addResources(server: McpServer): void {
  const fixed = (name: string, mimeType: string, content: { text: string } | { blob: string }): void => {
    const uri = `test://${name}`
    server.registerResource(name, uri, { mimeType }, () => ({ contents: [{ uri, mimeType, ...content }] }))
  }
  fixed('static-text', 'text/plain', { text: 'This is the content of the static text resource.' })
  fixed('static-binary', 'image/png', { blob: PNG })
  fixed('watched-resource', 'text/plain', { text: 'Watched.' })
  const template = new ResourceTemplate('test://template/{id}/data', { list: undefined })
  const mimeType = 'application/json'
  server.registerResource('template', template, { mimeType }, ({ href }, { id }) => {
    const value = JSON.stringify({ id, templateTest: true, data: `Data for ID: ${String(id)}` })
    return { contents: [{ uri: href, mimeType, text: value }] }
  })
  for (const method of ['resources/subscribe', 'resources/unsubscribe'] as const) {
    server.server.setRequestHandler(method, () => ({}))
  }
}

const line = (value: string) => ({ type: 'text' as const, text: value })

const messagesOf = (
  ...contents: ({ type: 'text'; text: string } | typeof image | ReturnType<typeof resourceOf>)[]
) => ({
  messages: contents.map((content) => ({ role: 'user' as const, content })),
})

function addPrompts(server: McpServer): void {
  const description = 'A prompt to test.'
  server.registerPrompt('test_simple_prompt', { description }, () =>
    messagesOf(line('This is a simple prompt for testing.')),
  )
  const cities = completable(z.string(), (start) => ['paris', 'park', 'party'].filter((each) => each.startsWith(start)))
  server.registerPrompt(
    'test_prompt_with_arguments',
    { description, argsSchema: z.object({ arg1: cities, arg2: z.string() }) },
    ({ arg1, arg2 }) => messagesOf(line(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)),
  )
  server.registerPrompt(
    'test_prompt_with_embedded_resource',
    { description, argsSchema: z.object({ resourceUri: z.string() }) },
    ({ resourceUri }) =>
      messagesOf(
        resourceOf(resourceUri, 'text/plain', 'Embedded resource content for testing.'),
        line('Please process the embedded resource above.'),
      ),
  )
  server.registerPrompt('test_prompt_with_image', { description }, () =>
    messagesOf(image, line('Please analyze the image above.')),
  )
  server.registerPrompt('test_input_required_result_prompt', { description }, ({ mcpReq }: ServerContext) => {
    const answer = mcpReq.inputResponses?.['user_context']
    if (answer) return messagesOf(line(`Use this: ${JSON.stringify(answer)}`))
    const question = form('What context should the prompt use?', { context: { type: 'string' } }, ['context'])
    return inputRequired({ inputRequests: { user_context: question } })
  })
}

serveStdio(createForeignServer)
