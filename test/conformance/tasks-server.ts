import type { Client } from '@modelcontextprotocol/client'
import { LOCAL_TENANT, type ServerId } from '../../src/model/ids.ts'
import type { ServerDefinition } from '../../src/model/server-definition.ts'
import { call } from '../e2e/call.ts'

const NAME = 'tasks'

/** Builds the server that the suite's scenarios of the tasks extension ask for, and deploys it. @returns its name */
export async function buildTasksServer(client: Client): Promise<string> {
  await call(client, 'init_server', { name: NAME, description: 'Has calls that go on.' })
  for (const [name, tool] of Object.entries(tools)) {
    const input_schema = { type: 'object', properties: tool.properties ?? {} }
    const fields = { server: NAME, name, description: `Tests ${name}.`, effect: 'read', input_schema }
    const { isError, text } = await call(client, 'add_tool', {
      ...fields,
      code: tool.code,
      ...(tool.task && { task: tool.task }),
    })
    if (isError) throw new Error(`add_tool ${name}: ${text}`)
  }
  await call(client, 'deploy', { server: NAME })
  return NAME
}

/** All that the suite has about them. */
export const TASK_SCENARIOS = [
  'tasks-lifecycle',
  'tasks-capability-negotiation',
  'tasks-wire-fields',
  'tasks-request-state-removal',
  'tasks-mrtr-input',
  'tasks-request-headers',
  'tasks-dispatch-and-envelope',
  'tasks-status-notifications',
  'tasks-required-task-error',
  'tasks-mrtr-composition',
]

interface TaskTool {
  readonly code: string
  readonly task?: 'optional' | 'required'
  readonly properties?: object
}

const text = { type: 'string' }
const form = (message: string, field: string, type: string) =>
  `{ kind: 'form', message: '${message}', schema: { type: 'object', properties: { ${field}: { type: '${type}' } }, required: ['${field}'] } }`
const sleep = (ms: string) => `await new Promise((resolve) => setTimeout(resolve, ${ms}))`

const tools: Record<string, TaskTool> = {
  greet: { code: `return 'Hello, ' + input.name + '!'`, properties: { name: text } },
  slow_compute: {
    task: 'optional',
    properties: { seconds: { type: 'number' }, label: text },
    code: `background()
await new Promise<void>((resolve, reject) => {
  setTimeout(resolve, Number(input.seconds ?? 0) * 1000)
  signal.addEventListener('abort', () => reject(signal.reason))
})
return 'computed for ' + input.seconds + ' s'`,
  },
  failing_job: {
    task: 'required',
    code: `background()\n${sleep('1000')}\nthrow new Error('It failed, as it should.')`,
  },
  protocol_error_job: {
    task: 'optional',
    code: `background()\n${sleep('100')}\nthrow Object.assign(new Error('It broke.'), { name: 'ProtocolError' })`,
  },
  confirm_delete: {
    task: 'optional',
    properties: { filename: text },
    code: `background()
const { action, content } = await requestInput(${form('Really delete it?', 'confirm', 'boolean')}, 'confirm')
return action === 'accept' && content?.confirm ? 'Deleted ' + input.filename : 'Nothing was deleted.'`,
  },
  multi_input: {
    task: 'optional',
    code: `background()
const { first, second } = await requestInputs({ first: ${form('One?', 'value', 'string')}, second: ${form('Two?', 'value', 'string')} })
return JSON.stringify([first.content, second.content])`,
  },
  test_tool_with_task: {
    task: 'required',
    code: `const { content } = await requestInput(${form('What is your name?', 'name', 'string')}, 'user_name')
background()
${sleep('200')}
return 'Hello, ' + content?.name + '!'`,
  },
}

/** The same server as a definition. */
export const tasksDefinition: ServerDefinition = {
  id: '00000000-0000-7000-8000-0000000000bc' as ServerId,
  tenantId: LOCAL_TENANT,
  name: NAME,
  description: 'Has calls that go on.',
  revision: 1,
  exposure: 'tools',
  credentials: [],
  connections: [],
  resources: [],
  prompts: [],
  tools: Object.entries(tools).map(([name, { code: source, task, properties = {} }]) => ({
    name,
    description: `Tests ${name}.`,
    effect: 'read',
    inputSchema: { type: 'object', properties },
    handler: { kind: 'code', hosts: [], source, ...(task && { task }) },
  })),
}
