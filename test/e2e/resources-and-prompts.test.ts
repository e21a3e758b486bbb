import { Client as ModernClient } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { Client as V1Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport as V1StdioTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { ResourceListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { guides } from '../../src/mcp/resources/guides.ts'
import { tokensOf } from '../../src/pipeline/token-cost.ts'
import { call } from './call.ts'
import { launcher, openTestHome, type TestHome } from './test-home.ts'

let home: TestHome
let client: ModernClient

beforeAll(async () => {
  home = await openTestHome()
  client = await home.connect()
  await call(client, 'init_server', { name: 'greeter', description: 'Greets people.' })
  await call(client, 'add_tool', {
    server: 'greeter',
    name: 'say_hello',
    description: 'Says hello to somebody. Returns a text.',
    effect: 'read',
    input_schema: { type: 'object', properties: {} },
    code: 'return "hello"',
  })
  await call(client, 'deploy', { server: 'greeter' })
})

afterAll(() => home[Symbol.asyncDispose]())

const read = async (uri: string, from: ModernClient = client) => {
  const [content] = (await from.readResource({ uri })).contents
  return { mimeType: content?.mimeType, text: content && 'text' in content ? content.text : '' }
}
const completion = async (ref: object, name: string, value: string, given: Record<string, string> = {}) =>
  (await client.complete({ ref: ref as never, argument: { name, value }, context: { arguments: given } })).completion

const template = (uri: string) => ({ type: 'ref/resource', uri })
const getPrompt = (name: string, args: Record<string, string>) => client.getPrompt({ name, arguments: args })
const command = () => ({
  command: process.execPath,
  args: [launcher],
  env: home.environment,
  stderr: 'ignore' as const,
})

describe('the resources', () => {
  it('are the guides and the servers, also for a client of 2025-11-25', async () => {
    const legacy = await home.connect('legacy')
    for (const each of [client, legacy]) {
      const { resources } = await each.listResources()
      expect(resources.map(({ uri }) => uri)).toEqual([
        ...guides.map(({ topic }) => `mcpwright://guide/${topic}`),
        'mcpwright://servers/greeter',
      ])
      expect((await each.listResourceTemplates()).resourceTemplates).toHaveLength(6)
    }
  })

  it.each(guides.map(({ topic }) => topic))('have a guide of about 600 tokens: %s', async (topic) => {
    const { mimeType, text } = await read(`mcpwright://guide/${topic}`)
    expect(mimeType).toBe('text/markdown')
    expect(tokensOf(text)).toBeGreaterThan(450)
    expect(tokensOf(text)).toBeLessThan(700)
  })

  it('show a server, the files of its newest version, and the bundles of each', async () => {
    expect(JSON.parse((await read('mcpwright://servers/greeter')).text)).toMatchObject({
      server: 'greeter',
      status: 'running',
      tools: [{ name: 'say_hello' }],
      versions: [{ version: 1 }],
    })
    const file = await read('mcpwright://servers/greeter/files/src/server.ts')
    expect(file).toMatchObject({ mimeType: 'text/x-typescript', text: expect.stringContaining('createServer') })
    const bundle = await read('mcpwright://servers/greeter/versions/1/tools.mjs')
    expect(bundle).toMatchObject({ mimeType: 'text/javascript', text: expect.stringContaining('hello') })
  })

  it.each([
    'mcpwright://guide/nothing',
    'mcpwright://servers/nobody',
    'mcpwright://servers/greeter/files/../../etc/passwd',
    'mcpwright://servers/greeter/files/__proto__',
    'mcpwright://servers/greeter/versions/2/tools.mjs',
    'file:///etc/passwd',
  ])('are not found by an address that names none: %s', async (uri) => {
    await expect(read(uri)).rejects.toMatchObject({ code: -32_602 })
  })
})

describe('completion', () => {
  const prompt = { type: 'ref/prompt', name: 'debug_tool' }

  it('knows servers, their tools, files and versions, and topics', async () => {
    expect((await completion(prompt, 'server', 'gr')).values).toEqual(['greeter'])
    expect((await completion(prompt, 'tool', '', { server: 'greeter' })).values).toEqual(['say_hello'])
    expect((await completion(template('mcpwright://servers/{name}'), 'name', '')).values).toEqual(['greeter'])
    const files = 'mcpwright://servers/{name}/files/{+path}'
    expect((await completion(template(files), 'path', 'src/serv', { name: 'greeter' })).values).toEqual([
      'src/server.ts',
    ])
    const versions = 'mcpwright://servers/{name}/versions/{version}/{+path}'
    expect((await completion(template(versions), 'version', '', { name: 'greeter' })).values).toEqual(['1'])
    expect((await completion(template('mcpwright://guide/{topic}'), 'topic', 'im')).values).toEqual(['import'])
  })

  it('finds the middle of a name, and nothing for an argument that it does not know', async () => {
    expect((await completion(prompt, 'tool', 'hello', { server: 'greeter' })).values).toEqual(['say_hello'])
    expect((await completion(prompt, 'problem', 'x')).values).toEqual([])
    expect((await completion(prompt, 'constructor', '')).values).toEqual([])
  })
})

describe('the prompts', () => {
  it('name tools that exist, and bring along the server that they are about', async () => {
    const { prompts } = await client.listPrompts()
    const tools = new Set((await client.listTools()).tools.map(({ name }) => name))
    const given: Record<string, string> = { goal: 'g', api: 'a', server: 'greeter', tool: 'say_hello' }
    for (const { name, arguments: args = [] } of prompts) {
      const required = args.flatMap((argument) =>
        argument.required ? [[argument.name, given[argument.name] ?? '']] : [],
      )
      const { messages } = await client.getPrompt({ name, arguments: Object.fromEntries(required) })
      const [first, second] = messages
      const text = first?.content.type === 'text' ? first.content.text : ''
      const named =
        text.match(/\b(?:init|import|add|request|test|check|get|read|call|search|list|remove)_[a-z]+\b/g) ?? []
      expect(named.filter((tool) => !tools.has(tool) && tool !== 'list_orders')).toEqual([])
      const isAboutServer = required.some(([argument]) => argument === 'server')
      expect(second?.content.type).toBe(isAboutServer ? 'resource' : undefined)
    }
    expect(prompts.map(({ name }) => name)).toEqual([
      'build_server',
      'import_api_guided',
      'improve_server',
      'evaluate_server',
      'debug_tool',
    ])
  })

  it('say which argument is missing, unknown, or names nothing', async () => {
    await expect(getPrompt('debug_tool', { server: 'greeter' })).rejects.toThrow('misses tool')
    await expect(getPrompt('build_server', { goal: 'x', color: 'red' })).rejects.toThrow('does not know color')
    await expect(getPrompt('improve_server', { server: 'greter' })).rejects.toThrow('Did you mean "greeter"?')
    await expect(getPrompt('improve_servr', {})).rejects.toThrow('Did you mean "improve_server"?')
  })
})

const itemXml = (ok: boolean) =>
  `<item><question>Who &amp; what?</question><answer>Ada</answer><calls>2</calls><first_try>true</first_try><ok>${ok}</ok><note/></item>`
const xml = (server: string, ...ok: boolean[]) =>
  `<evaluation server="${server}">${ok.map(itemXml).join('')}<score>10 of 10</score></evaluation>`

describe('an evaluation', () => {
  const uri = 'mcpwright://servers/greeter/evaluation'
  const keep = (text: string) => call(client, 'add_resource', { server: 'greeter', uri, name: 'evaluation', text })

  it('is kept beside its server, and goes along when it is evaluated again', async () => {
    await expect(client.readResource({ uri })).rejects.toThrow('not found')
    expect((await keep(xml('greeter', true, false))).data).toMatchObject({ score: 1, questions: 2, resource: uri })
    const second = await keep(xml('greeter', true, true))
    expect(second.text).toContain('2 of 2, and 1 of 2 before')
    const { contents } = await client.readResource({ uri })
    expect(contents[0]).toMatchObject({
      mimeType: 'application/xml',
      text: expect.stringMatching(/<earlier at="[^"]+"[^>]* score="1" questions="2"\/>\n<evaluation server="greeter">/),
    })
    const { messages } = await client.getPrompt({ name: 'evaluate_server', arguments: { server: 'greeter' } })
    expect(messages.map(({ content }) => content.type)).toEqual(['text', 'resource', 'resource'])
    expect(JSON.stringify(messages[2])).toContain('Who &amp; what?')
    // It is none of the server's own resources.
    const shown = await call(client, 'get_server', { server: 'greeter', include: ['resources'] })
    expect(JSON.stringify(shown.data['resources'])).not.toContain('evaluation')
  })

  it.each([
    ['of another server', xml('other', true), 'it is of the server "other"'],
    ['without a verdict', '<evaluation server="greeter"><item/></evaluation>', 'item 1 has no <ok>'],
    ['with a document type', '<!DOCTYPE a><evaluation server="greeter"/>', 'document type'],
    ['that is no XML', 'ten of ten', 'This is no evaluation'],
  ])('%s is refused', async (_, text, said) => {
    const { error } = await keep(text)
    expect(error).toMatchObject({ code: 'ARGUMENTS_INVALID', message: expect.stringContaining(said) })
  })
})

describe('a change of the servers', () => {
  it('is told to a client of the v1 SDK', async () => {
    await using stack = new AsyncDisposableStack()
    const listener = new V1Client({ name: 'listener', version: '1.0.0' })
    await listener.connect(new V1StdioTransport(command()))
    stack.defer(() => listener.close())
    const changed = Promise.withResolvers<void>()
    listener.setNotificationHandler(ResourceListChangedNotificationSchema, () => changed.resolve())
    await listener.listResources()
    await call(client, 'init_server', { name: 'first-news', description: 'News.' })
    await changed.promise
    expect((await listener.listResources()).resources.map(({ name }) => name)).toContain('first-news')
  })

  it('is told to a client of 2026-07-28 that listens', async () => {
    await using stack = new AsyncDisposableStack()
    const changed = Promise.withResolvers<readonly { name: string }[] | null>()
    const listener = new ModernClient(
      { name: 'listener', version: '1.0.0' },
      {
        versionNegotiation: { mode: 'auto' },
        listChanged: { resources: { onChanged: (_error, resources) => changed.resolve(resources) } },
      },
    )
    await listener.connect(new StdioClientTransport(command()))
    stack.defer(() => listener.close())
    await listener.listResources()
    await call(client, 'init_server', { name: 'second-news', description: 'News.' })
    expect((await changed.promise)?.map(({ name }) => name)).toContain('second-news')
  })
})
