import type { ServerDefinition } from '../../../../src/model/server-definition.ts'
import type { ToolDefinition } from '../../../../src/model/tool-definition.ts'
import { sampleDefinition } from '../../../generators/project/sample-definition.ts'

/** A server on Workers with an operation, and tools that use each part of their context. @param upstream  `host:port` */
export function deskDefinition(upstream: string): ServerDefinition {
  return {
    ...sampleDefinition,
    name: 'desk',
    credentials: [],
    prompts: [],
    tools: [
      ...sampleDefinition.tools.filter(({ name }) => name === 'shout'),
      codeTool(
        'look',
        [upstream],
        `return await (await fetch('http://${upstream}' + input.text, { headers: { 'x-api-key': 'k' } })).text()`,
      ),
      codeTool('look_elsewhere', [], `return await (await fetch(input.text)).text()`),
      codeTool('look_past', [], `return await (await globalThis.fetch(input.text)).text()`),
      codeTool(
        'other_ways',
        [],
        `return [typeof WebSocket, typeof EventSource, Object.getPrototypeOf(globalThis).fetch === globalThis.fetch].join(' ')`,
      ),
      codeTool('remember', [], `await store.set('note', input.text); return await store.list()`),
      codeTool('count', [], COUNT),
      codeTool('recall', [], `return { note: await store.get('note') }`),
      codeTool('later', [], `await schedule('remember', { text: input.text }, 0); return 'soon'`),
      codeTool('flood', [], `return 'x'.repeat(5_000_000)`),
      codeTool('ask', [], ASK),
      codeTool('dawdle', [], `await new Promise((resolve) => setTimeout(resolve, 600_000))`),
      codeTool('settings', [], `return Object.keys(env).sort().join(' ')`),
      codeTool(
        'changed',
        [],
        `notify({ kind: 'resource', uri: 'library://rules' }); notify({ kind: 'tools' }); return 'told'`,
      ),
    ],
  }
}

const COUNT = `for (;;) {
  const seen = (await store.get('count')) as number | null
  if (await store.compareAndSet('count', seen, (seen ?? 0) + 1)) return String((seen ?? 0) + 1)
}`

const ASK = `const { content } = await requestInput({ kind: 'form', message: 'Which city?', schema: { type: 'object', properties: { city: { type: 'string' } } } })
return 'You said ' + content?.city`

function codeTool(name: string, hosts: readonly string[], source: string): ToolDefinition {
  return {
    name,
    description: `Does what ${name} says.`,
    effect: 'read',
    inputSchema: {
      type: 'object',
      properties: { text: { type: 'string' } },
      required: ['text'],
      additionalProperties: false,
    },
    handler: { kind: 'code', hosts, source },
  }
}
