import type { Client } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aliasNames } from '../../src/tools/aliases.ts'
import { call, callConfirmed } from './call.ts'
import { openTestHome, type TestHome } from './test-home.ts'

let home: TestHome
let client: Client

beforeAll(async () => {
  home = await openTestHome()
  client = await home.connect()
})

afterAll(() => home[Symbol.asyncDispose]())

describe('the older names of the meta tools', () => {
  it('are not listed', async () => {
    const listed = (await client.listTools()).tools.map(({ name }) => name)
    expect(listed.filter((name) => aliasNames.includes(name))).toEqual([])
  })

  it('build a server with their own words', async () => {
    const made = await call(client, 'init_mcp_server', { name: 'My Weather', description: 'Tells the weather.' })
    expect(made.data).toMatchObject({ server: 'my-weather' })
    const server = { serverId: 'my-weather' }
    const added = await call(client, 'add_mcp_tool', {
      ...server,
      toolName: 'getForecast',
      description: 'Gives the forecast of a city.',
      parameters: { city: { type: 'string', description: 'Its name.', required: true }, days: { type: 'integer' } },
      implementation: "return { content: [{ type: 'text', text: 'Sun in ' + parameters.city }] }",
    })
    expect(added.isError).toBe(false)
    const resource = { ...server, resourceName: 'stations', uri: 'weather://stations', mimeType: 'text/plain' }
    await call(client, 'add_mcp_resource', { ...resource, content: 'Kew' })
    await call(client, 'add_mcp_prompt', {
      ...server,
      promptName: 'plan',
      description: 'Plans.',
      template: 'Plan {{day}}.',
    })
    const { data } = await call(client, 'get_mcp_server_details', server)
    expect(data).toMatchObject({
      tools: [{ name: 'get_forecast', input_schema: { required: ['city'], additionalProperties: false } }],
      resources: [{ name: 'stations', mimeType: 'text/plain' }],
      prompts: [{ name: 'plan' }],
    })
    expect((await call(client, 'list_mcp_servers')).text).toContain('my-weather')
  })

  it('show its code by kind of file, once it is built', async () => {
    await call(client, 'deploy', { server: 'my-weather' })
    const said = await call(client, 'call_tool', {
      server: 'my-weather',
      tool: 'get_forecast',
      arguments: { city: 'Oslo' },
    })
    expect(said.text).toBe('Sun in Oslo')
    const show = async (fileType?: string) =>
      (await call(client, 'get_mcp_server_code', { serverId: 'my-weather', ...(fileType && { fileType }) })).data
    expect(await show()).toMatchObject({ file: 'src/server.ts' })
    expect(await show('wrangler')).toMatchObject({ file: 'wrangler.jsonc' })
    expect(await show('package')).toMatchObject({ file: 'package.json' })
    expect(await show('all')).toMatchObject({ code: expect.arrayContaining(['src/tools/get_forecast.ts']) })
  })

  it('say what is wrong in the words of the new tool, and clean up and delete only what is confirmed', async () => {
    const { error } = await call(client, 'add_mcp_tool', { serverId: 'my-weather', toolName: 'broken' })
    expect(error).toMatchObject({ code: 'ARGUMENTS_INVALID', message: expect.stringContaining('misses description') })
    expect((await call(client, 'cleanup_old_servers', { daysThreshold: 90, dryRun: false })).data).toEqual({
      archived: [],
      next: [{ tool: 'list_servers', arguments: {} }],
    })
    expect((await call(client, 'delete_mcp_server', { serverId: 'my-weather' })).isError).toBe(true)
    const gone = await callConfirmed(client, 'delete_mcp_server', { serverId: 'my-weather' })
    expect(gone.data).toMatchObject({ status: 'archived' })
  })
})
