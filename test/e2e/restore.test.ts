import type { Client } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, callConfirmed } from './call.ts'
import { openTestHome, type TestHome } from './test-home.ts'

let home: TestHome
let client: Client

beforeAll(async () => {
  home = await openTestHome()
  client = await home.connect()
})
afterAll(() => home[Symbol.asyncDispose]())

async function begin(server: string, tool: string): Promise<void> {
  await call(client, 'init_server', { name: server, description: 'Says things.' })
  await call(client, 'add_tool', {
    server,
    name: tool,
    description: 'Says one thing, and returns it as text.',
    effect: 'read',
    input_schema: { type: 'object' },
    code: `return '${tool}'`,
  })
}

const toolsOf = async (server: string) => (await call(client, 'get_server', { server })).data['tools']

describe('a server that was deleted', () => {
  it('is told to be archived to who asks for it, and how it comes back', async () => {
    await begin('desk', 'say_first')
    // Nothing that is up has tools to look for.
    expect((await call(client, 'list_servers')).data['next']).toEqual([
      { tool: 'get_server', arguments: { server: 'desk' } },
    ])
    expect((await callConfirmed(client, 'delete_server', { server: 'desk' })).data).toMatchObject({
      status: 'archived',
    })
    expect((await call(client, 'get_server', { server: 'desk' })).error).toMatchObject({
      code: 'SERVER_UNKNOWN',
      fix: expect.stringContaining('delete_server with restore: true'),
    })
    expect((await call(client, 'list_servers', { status: 'archived' })).data).toMatchObject({
      servers: [{ name: 'desk', status: 'archived' }],
      next: [{ tool: 'delete_server', arguments: { server: '…', restore: true } }],
    })
  })

  it('comes back beside another that has its name by now, under a name of its own, and is deployed', async () => {
    await begin('desk', 'say_second')
    const back = await callConfirmed(client, 'delete_server', { server: 'desk', restore: true })
    expect(back.text).toContain('It is called "desk-2", since there is another "desk" now.')
    expect(back.data).toMatchObject({
      server: 'desk-2',
      status: 'stopped',
      next: [{ tool: 'deploy', arguments: { server: 'desk-2' } }],
    })
    expect(await toolsOf('desk')).toMatchObject([{ name: 'say_second' }])
    expect(await toolsOf('desk-2')).toMatchObject([{ name: 'say_first' }])
    for (const server of ['desk', 'desk-2']) expect((await call(client, 'deploy', { server })).isError).toBe(false)
    const called = await client.callTool({ name: 'read_tool', arguments: { server: 'desk-2', tool: 'say_first' } })
    expect(called.content).toMatchObject([{ text: 'say_first' }])
  })
})
