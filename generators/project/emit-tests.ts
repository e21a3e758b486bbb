import type { ProjectFiles } from '../../src/model/project-files.ts'
import type { ServerDefinition } from '../../src/model/server-definition.ts'

/** Writes the project's own tests: they ask the server what it has, and try each part of it. */
export function emitTests({ tests = [] }: ServerDefinition): ProjectFiles {
  return { 'test/server.test.ts': tests.length > 0 ? `${serverTest}\nimport './saved-tests.ts'\n` : serverTest }
}

const serverTest = `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Client } from '@modelcontextprotocol/client'
import { InMemoryTransport } from '@modelcontextprotocol/server'
import { code } from '../src/code.ts'
import { standaloneHost } from '../src/lib/server/standalone-host.ts'
import operations from '../src/operations.json' with { type: 'json' }
import { prompts, resources, tools } from '../src/parts.ts'
import { createServer } from '../src/server.ts'

const requests: string[] = []

async function connect(): Promise<Client> {
  const recordingFetch: typeof fetch = async (input, init) => {
    requests.push(new Request(input, init).url)
    return Response.json({})
  }
  const host = standaloneHost({ env: {}, code, fetch: recordingFetch })
  const [clientSide, serverSide] = InMemoryTransport.createLinkedPair()
  await createServer(host)().connect(serverSide)
  const client = new Client({ name: 'test', version: '1.0.0' })
  await client.connect(clientSide)
  return client
}

test('lists its tools, each with a description and an object schema', async () => {
  const client = await connect()
  const listed = await client.listTools()
  assert.ok(listed.tools.length > 0 || operations.operations.length + tools.length === 0)
  for (const tool of listed.tools) {
    assert.ok(tool.description, tool.name)
    assert.equal(tool.inputSchema.type, 'object')
  }
})

test('has code for every tool that is written by hand', () => {
  assert.deepEqual(Object.keys(code.tools).sort(), tools.map(({ name }) => name).sort())
})

test('answers wrong arguments with an error result and makes no request', async () => {
  const client = await connect()
  const { tools: listed } = await client.listTools()
  for (const tool of listed.filter(({ inputSchema }) => (inputSchema.required ?? []).length > 0).slice(0, 20)) {
    const before = requests.length
    const result = await client.callTool({ name: tool.name, arguments: {} })
    assert.equal(result.isError, true, tool.name)
    assert.equal(requests.length, before, tool.name)
  }
})

test('reads its fixed resources', async () => {
  const fixed = resources.filter(({ content, uri }) => content !== 'code' && !uri.includes('{'))
  if (fixed.length === 0) return
  const client = await connect()
  for (const { uri } of fixed) assert.equal((await client.readResource({ uri })).contents[0]?.uri, uri)
})

test('fills its prompts', async () => {
  const fixed = prompts.filter(({ messages }) => messages !== 'code')
  if (fixed.length === 0) return
  const client = await connect()
  for (const prompt of fixed) {
    const given = Object.fromEntries(prompt.arguments.map(({ name }) => [name, \`<\${name}>\`]))
    const { messages } = await client.getPrompt({ name: prompt.name, arguments: given })
    assert.ok(!JSON.stringify(messages).includes('{{'), prompt.name)
  }
})
`
