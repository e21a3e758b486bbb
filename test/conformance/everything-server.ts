import type { Client } from '@modelcontextprotocol/client'
import { call } from '../e2e/call.ts'

const NAME = 'everything'
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=='
const WAV = 'UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA='

/** Builds the server that the conformance suite asks for, through our own meta tools, and deploys it. @returns its name */
export async function buildEverythingServer(client: Client): Promise<string> {
  const make = async (tool: string, input: Record<string, unknown>) => {
    const { isError, text } = await call(client, tool, input)
    if (isError) throw new Error(`${tool} ${String(input['name'])}: ${text}`)
  }
  await make('init_server', { name: NAME, description: 'Has one of everything.' })
  for (const [name, { code, input_schema = { type: 'object', properties: {} } }] of Object.entries(tools)) {
    await make('add_tool', { server: NAME, name, description: `Tests ${name}.`, effect: 'read', input_schema, code })
  }
  for (const resource of resources) await make('add_resource', { server: NAME, ...resource })
  for (const prompt of prompts) await make('add_prompt', { server: NAME, description: 'A prompt to test.', ...prompt })
  await make('deploy', { server: NAME })
  return NAME
}

interface GivenResource {
  readonly uri: string
  readonly name: string
  readonly mime_type: string
  readonly text?: string
  readonly base64?: string
  readonly code?: string
}

interface GivenPrompt {
  readonly name: string
  readonly template?: string
  readonly messages?: readonly object[]
  readonly code?: string
  readonly arguments?: readonly { readonly name: string; readonly values?: readonly string[] }[]
}

const confirmation = `{ kind: 'form', message: 'Please confirm', schema: { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] } }`

const questions = `{
  user_name: { kind: 'form', message: 'What is your name?', schema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] } },
  greeting: { kind: 'sampling', params: { messages: [{ role: 'user', content: { type: 'text', text: 'Generate a greeting' } }], maxTokens: 50 } },
  client_roots: { kind: 'roots', params: {} },
}`

export const tools: Record<string, { code: string; input_schema?: object }> = {
  test_simple_text: { code: `return 'This is a simple text response for testing.'` },
  test_image_content: { code: `return { content: [{ type: 'image', data: '${PNG}', mimeType: 'image/png' }] }` },
  test_audio_content: { code: `return { content: [{ type: 'audio', data: '${WAV}', mimeType: 'audio/wav' }] }` },
  test_embedded_resource: {
    code: `return { content: [{ type: 'resource', resource: { uri: 'test://embedded-resource', mimeType: 'text/plain', text: 'This is an embedded resource content.' } }] }`,
  },
  test_multiple_content_types: {
    code: `return { content: [
  { type: 'text', text: 'Multiple content types test:' },
  { type: 'image', data: '${PNG}', mimeType: 'image/png' },
  { type: 'resource', resource: { uri: 'test://mixed-content-resource', mimeType: 'application/json', text: '{"test":"data","value":123}' } },
] }`,
  },
  test_tool_with_logging: {
    code: `for (const message of ['Tool execution started', 'Tool processing data', 'Tool execution completed']) {
  log('info', message)
  await new Promise((resolve) => setTimeout(resolve, 50))
}
return 'done'`,
  },
  test_logging_tool: { code: `log('info', 'ran')\nreturn 'logged'` },
  test_streaming_elicitation: { code: `return 'result frames only'` },
  test_missing_capability: {
    code: `await requestInput({ kind: 'sampling', params: { messages: [{ role: 'user', content: { type: 'text', text: 'pong?' } }], maxTokens: 16 } })
return 'done'`,
  },
  test_tool_with_progress: {
    code: `for (const done of [0, 50, 100]) {
  progress(done, 100, 'Completed step ' + done + ' of 100')
  await new Promise((resolve) => setTimeout(resolve, 50))
}
return 'done'`,
  },
  test_error_handling: { code: `throw new Error('This tool intentionally returns an error for testing')` },
  test_sampling: {
    code: `const { content } = await requestInput({ kind: 'sampling', params: { messages: [{ role: 'user', content: { type: 'text', text: input.prompt } }], maxTokens: 100 } })
return 'LLM response: ' + JSON.stringify(content)`,
    input_schema: { type: 'object', properties: { prompt: { type: 'string' } }, required: ['prompt'] },
  },
  test_elicitation: {
    ...asking('input.message', { response: { type: 'string' } }, ['response']),
    input_schema: { type: 'object', properties: { message: { type: 'string' } }, required: ['message'] },
  },
  test_elicitation_sep1034_defaults: asking(`'Please review'`, {
    name: { type: 'string', default: 'John Doe' },
    age: { type: 'integer', default: 30 },
    score: { type: 'number', default: 95.5 },
    status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
    verified: { type: 'boolean', default: true },
  }),
  test_elicitation_sep1330_enums: asking(`'Please select'`, {
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
  test_input_required_result_elicitation: {
    code: `const { content } = await requestInput({ kind: 'form', message: 'What is your name?', schema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] } }, 'user_name')
return 'Hello, ' + content?.name + '!'`,
  },
  test_input_required_result_sampling: {
    code: `const { content } = await requestInput({ kind: 'sampling', params: { messages: [{ role: 'user', content: { type: 'text', text: 'What is the capital of France?' } }], maxTokens: 100 } })
return 'Sampling response: ' + JSON.stringify(content)`,
  },
  test_input_required_result_list_roots: {
    code: `const { content } = await requestInput({ kind: 'roots', params: {} })
return 'Client roots: ' + JSON.stringify(content)`,
  },
  test_input_required_result_request_state: {
    code: `await requestInput(${confirmation})\nreturn 'state-ok: confirmed'`,
  },
  test_input_required_result_tampered_state: { code: `await requestInput(${confirmation})\nreturn 'integrity-ok'` },
  test_input_required_result_multiple_inputs: {
    code: `const answers = await requestInputs(${questions})\nreturn 'all-ok: ' + Object.keys(answers).join(', ')`,
  },
  test_input_required_result_capabilities: {
    code: `const questions: Record<string, Parameters<typeof requestInput>[0]> = ${questions}
const able = Object.entries(questions).filter(([, { kind }]) => client[kind])
const answers = await requestInputs(Object.fromEntries(able))
return Object.keys(answers).join(', ')`,
  },
  test_input_required_result_multi_round: {
    code: `const ask = (message: string, field: string) => requestInput({ kind: 'form', message, schema: { type: 'object', properties: { [field]: { type: 'string' } }, required: [field] } })
const name = await ask('Step 1: What is your name?', 'name')
const color = await ask('Step 2: What is your favorite color?', 'color')
return 'Multi-round complete: ' + name.content?.name + ' likes ' + color.content?.color`,
  },
}
function asking(message: string, properties: object, required: readonly string[] = []): { code: string } {
  const schema = JSON.stringify({ type: 'object', properties, required })
  return {
    code: `const answer = await requestInput({ kind: 'form', message: ${message}, schema: ${schema} })
return 'action=' + answer.action + ', content=' + JSON.stringify(answer.content ?? {})`,
  }
}

function titled(...titles: readonly string[]): object[] {
  return titles.map((title, index) => ({ const: `value${index + 1}`, title }))
}

export const resources: readonly GivenResource[] = [
  {
    uri: 'test://static-text',
    name: 'static_text',
    mime_type: 'text/plain',
    text: 'This is the content of the static text resource.',
  },
  { uri: 'test://static-binary', name: 'static_binary', mime_type: 'image/png', base64: PNG },
  {
    uri: 'test://template/{id}/data',
    name: 'template',
    mime_type: 'application/json',
    code: `return { id: input.id, templateTest: true, data: 'Data for ID: ' + input.id }`,
  },
  { uri: 'test://watched-resource', name: 'watched', mime_type: 'text/plain', text: 'Watched.' },
]

export const prompts: readonly GivenPrompt[] = [
  { name: 'test_simple_prompt', template: 'This is a simple prompt for testing.' },
  {
    name: 'test_prompt_with_arguments',
    template: `Prompt with arguments: arg1='{{arg1}}', arg2='{{arg2}}'`,
    arguments: [{ name: 'arg1', values: ['paris', 'park', 'party'] }, { name: 'arg2' }],
  },
  {
    name: 'test_prompt_with_embedded_resource',
    messages: [
      {
        role: 'user',
        content: {
          type: 'resource',
          resource: { uri: '{{resourceUri}}', mimeType: 'text/plain', text: 'Embedded resource content for testing.' },
        },
      },
      { role: 'user', text: 'Please process the embedded resource above.' },
    ],
  },
  {
    name: 'test_prompt_with_image',
    messages: [
      { role: 'user', content: { type: 'image', data: PNG, mimeType: 'image/png' } },
      { role: 'user', text: 'Please analyze the image above.' },
    ],
  },
  {
    name: 'test_input_required_result_prompt',
    code: `const { content } = await requestInput({ kind: 'form', message: 'What context should the prompt use?', schema: { type: 'object', properties: { context: { type: 'string' } }, required: ['context'] } }, 'user_context')
return 'Use this: ' + content?.context`,
  },
]
