import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Client } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, callConfirmed } from './call.ts'
import { openTestHome, type TestHome } from './test-home.ts'

interface TestDescription {
  readonly paths: Record<string, Record<string, object>>
  readonly [member: string]: unknown
}

const query = (name: string, schema: object, required = false) => ({ name, in: 'query', schema, required })
const responses = { '200': { description: 'ok' } }

const shop: TestDescription = {
  openapi: '3.1.0',
  info: { title: 'Shop', version: '1' },
  paths: {
    '/goods': {
      get: {
        operationId: 'list_goods',
        parameters: [query('limit', { type: 'integer' }), query('sort', { type: 'string', enum: ['name', 'price'] })],
        responses,
      },
      post: { operationId: 'add_good', responses },
    },
    '/goods/{id}': { get: { operationId: 'get_good', description: 'Gets a good.', responses } },
    '/orders': { get: { operationId: 'list_orders', responses } },
    '/health': { get: { operationId: 'get_health', responses } },
  },
}

/** A description at an address, as its owner changes it over time. */
let served = shop
const owner = createServer((request, response) => {
  if (request.url === '/openapi.json')
    response.setHeader('content-type', 'application/json').end(JSON.stringify(served))
  else response.writeHead(404).end()
})
let host: string
let home: TestHome
let client: Client

beforeAll(async () => {
  owner.listen(0, '127.0.0.1')
  await once(owner, 'listening')
  // A TCP server's address is an AddressInfo.
  host = `127.0.0.1:${(owner.address() as AddressInfo).port}`
  home = await openTestHome({ MCPWRIGHT_ALLOW_LOCAL: host })
  client = await home.connect()
})

afterAll(async () => {
  await home[Symbol.asyncDispose]()
  owner.closeAllConnections()
  owner.close()
})

async function startServer(name: string): Promise<void> {
  await call(client, 'init_server', { name, description: 'A shop.' })
}

const importInto = (server: string, more: Record<string, unknown> = {}) =>
  call(client, 'import_openapi', { server, url: `http://${host}/openapi.json`, preview: false, ...more })

const refresh = (server: string, more: Record<string, unknown> = {}) =>
  call(client, 'import_openapi', { server, refresh: true, ...more })

/** As it is given inline, where no address says where the API is. */
function asText(description: TestDescription): string {
  return JSON.stringify({ ...description, servers: [{ url: `http://${host}` }] })
}

async function toolsOf(server: string): Promise<Record<string, Record<string, unknown>>> {
  const { data } = await call(client, 'get_server', { server, include: ['tools'], format: 'detailed' })
  // The answer's tools have names and whatever else is shown of them.
  const tools = data['tools'] as { name: string }[]
  return Object.fromEntries(tools.map((tool) => [tool.name, { ...tool }]))
}

describe('an import with an overlay', () => {
  const overlay = JSON.stringify({
    overlay: '1.0.0',
    info: { title: 'Names', version: '1' },
    actions: [
      { target: '$.paths["/goods"].get', update: { operationId: 'find_goods', description: 'Finds goods.' } },
      { target: '$.paths["/health"]', remove: true },
      { target: '$.paths["/carts"]', remove: true },
    ],
  })

  it('adds what the overlay leaves, and tells the action that matched nothing', async () => {
    await startServer('overlaid')
    const { data } = await importInto('overlaid', { overlay })
    expect(data['added']).toEqual(['find_goods', 'get_good', 'list_orders'])
    expect(data['skipped']).toEqual([
      { pointer: 'overlay#/actions/2', reason: expect.stringContaining('matches nothing: $.paths["/carts"]') },
    ])
  })

  it('applies it again when the description is read again', async () => {
    served = { ...shop, info: { title: 'Shop', version: '2' } }
    const { data } = await refresh('overlaid')
    expect(data).toMatchObject({ version: '2', changed: [], removed: [], unchanged: 3, new_operations: 1 })
    served = shop
  })

  it('is refused when it is no overlay', async () => {
    const { error } = await importInto('overlaid', { overlay: 'paths: {}' })
    expect(error).toMatchObject({ code: 'OVERLAY_INVALID', fix: expect.stringContaining('leave it out') })
  })
})

async function previewOf(servers: readonly object[], more: object = {}): Promise<Record<string, unknown>> {
  const content = JSON.stringify({ ...shop, servers })
  return (await call(client, 'import_openapi', { server: 'choosing', content, ...more })).data
}

describe('the same import again', () => {
  it('adds what is new to what is there, as the preview said', async () => {
    await startServer('again')
    const source = { server: 'again', content: JSON.stringify({ ...shop, servers: [{ url: 'https://shop.example' }] }) }
    const { text, data } = await call(client, 'import_openapi', source)
    expect(text).toContain('5 operations in 1 group; 4 would be added, those that only read.')
    const [reads, all] = data['next'] as readonly { arguments: Record<string, unknown> }[]
    expect([reads, all]).toMatchObject([{ arguments: { preview: false } }, { arguments: { select: { all: true } } }])
    const first = await call(client, 'import_openapi', { ...reads?.arguments, ...source })
    expect(first.data['added']).toHaveLength(4)
    const second = await call(client, 'import_openapi', { ...all?.arguments, ...source })
    expect(second.data).toMatchObject({ added: ['add_good'], already_there: 4, left_out: 0 })
    expect(second.text).toContain('1 tool added to "again" (shown as tools); 4 were there already;')
    const third = await call(client, 'import_openapi', { ...all?.arguments, ...source })
    expect(third.error).toMatchObject({ code: 'NOTHING_SELECTED', next: { tool: 'deploy' } })
    const elsewhere = await call(client, 'import_openapi', {
      ...all?.arguments,
      ...source,
      base_url: 'https://b.example',
    })
    expect(elsewhere.error.code).toBe('TOOL_NAME_TAKEN')
  })
})

describe('a preview', () => {
  const variables = { region: { default: 'eu', enum: ['eu', 'us'] } }

  it('lists the servers where there is a choice, with their variables', async () => {
    await startServer('choosing')
    const servers = [{ url: 'https://{region}.shop.example', variables }, { url: 'https://test.shop.example' }]
    expect((await previewOf(servers))['servers']).toEqual(servers)
    expect((await previewOf(servers.slice(0, 1)))['servers']).toEqual(servers.slice(0, 1))
  })

  it('lists at most eight of them', async () => {
    const servers = Array.from({ length: 12 }, (_, index) => ({ url: `https://shop${index}.example` }))
    expect((await previewOf(servers))['servers']).toEqual(servers.slice(0, 8))
  })

  it('lists none where all calls go to one address, or base_url has chosen', async () => {
    expect(await previewOf([{ url: 'https://shop.example' }])).not.toHaveProperty('servers')
    const servers = [{ url: 'https://a.example' }, { url: 'https://b.example' }]
    expect(await previewOf(servers, { base_url: 'https://c.example' })).toMatchObject({ hosts: ['c.example'] })
    expect(await previewOf(servers, { base_url: 'https://c.example' })).not.toHaveProperty('servers')
  })
})

describe('an import of a description with extensions', () => {
  it('leaves out, names and judges operations as their author says', async () => {
    await startServer('hinted')
    const content = JSON.stringify({
      ...shop,
      servers: [{ url: `http://${host}` }],
      paths: {
        '/goods': {
          get: { 'x-mcp': false, responses },
          post: { 'x-speakeasy-mcp': { name: 'search-goods', title: 'Search', readOnlyHint: true }, responses },
        },
        '/orders': { get: { 'x-mcp': { name: '?' }, responses } },
      },
    })
    const { data } = await call(client, 'import_openapi', { server: 'hinted', content, preview: false })
    expect(data['added']).toEqual(['search_goods', 'get_orders'])
    expect(data['skipped']).toMatchObject([
      { pointer: '/paths/~1goods/get' },
      { pointer: '/paths/~1orders/get/x-mcp/name', reason: expect.stringContaining('it is ignored') },
    ])
    expect((await toolsOf('hinted'))['search_goods']).toMatchObject({ effect: 'read' })
  })
})

describe('a refresh', () => {
  const { '/orders': _, '/goods/{id}': __, ...otherPaths } = shop.paths
  const changedShop: TestDescription = {
    ...shop,
    paths: {
      ...otherPaths,
      '/goods': {
        get: {
          operationId: 'list_goods',
          parameters: [
            query('limit', { type: 'integer' }, true),
            query('sort', { type: 'string', enum: ['name'] }),
            query('q', { type: 'string' }),
          ],
          responses,
        },
        post: { operationId: 'add_good', responses },
      },
      '/goods/{goodId}': { get: { operationId: 'fetch_good', description: 'Gets one good.', responses } },
      '/prices': { get: { operationId: 'list_prices', responses } },
    },
  }

  beforeAll(async () => {
    await startServer('shop')
    await importInto('shop')
  })

  it('finds nothing new in what is the same', async () => {
    const { data, text } = await refresh('shop', { preview: false })
    expect(data).toMatchObject({
      removed: [],
      changed: [],
      added: [],
      unchanged: 4,
      new_operations: 1,
      breaking: false,
    })
    expect(text).toContain('4 unchanged')
  })

  it('shows what changed and what breaks, and changes nothing', async () => {
    served = changedShop
    const before = await toolsOf('shop')
    const { data, text } = await refresh('shop')
    expect(data).toMatchObject({
      preview: true,
      breaking: true,
      removed: ['list_orders'],
      unchanged: 1,
      new_operations: 2,
    })
    expect(data['changed']).toEqual([
      { tool: 'get_good', breaking: true, changes: expect.arrayContaining(['breaking: argument "id" is gone']) },
      {
        tool: 'list_goods',
        breaking: true,
        changes: expect.arrayContaining([
          'breaking: argument "limit" is required now',
          'breaking: argument "sort" cannot be "price" any more',
          'argument "q" is new',
        ]),
      },
    ])
    expect(text).toContain('callers may break')
    expect(await toolsOf('shop')).toEqual(before)
  })

  it('is refused when it would break callers of a deployed server', async () => {
    await call(client, 'deploy', { server: 'shop' })
    const before = await toolsOf('shop')
    const { error } = await refresh('shop', { preview: false })
    expect(error).toMatchObject({ code: 'BREAKING_CHANGE', fix: expect.stringContaining('accept_breaking: true') })
    expect(error.message).toContain('list_orders is removed; get_good: argument "id" is gone')
    expect(await toolsOf('shop')).toEqual(before)
  })

  it('keeps what people replaced and removed, and adds new operations only when they are selected', async () => {
    const own = { description: 'Is it well?', effect: 'read', input_schema: { type: 'object', properties: {} } }
    await call(client, 'add_tool', { server: 'shop', name: 'get_health', replace: true, code: 'return "yes"', ...own })
    await callConfirmed(client, 'remove_item', { server: 'shop', kind: 'tool', name: 'list_goods' })
    const select = { paths: ['/prices'] }
    const { data } = await refresh('shop', { preview: false, accept_breaking: true, select })
    expect(data).toMatchObject({ preview: false, removed: ['list_orders'], added: ['list_prices'], new_operations: 1 })
    expect(data['kept']).toEqual([
      { tool: 'get_health', what: 'replaced' },
      { tool: 'list_goods', what: 'removed' },
    ])
    const tools = await toolsOf('shop')
    expect(Object.keys(tools).toSorted()).toEqual(['get_good', 'get_health', 'list_prices'])
    expect(tools['get_good']).toMatchObject({ description: 'Gets one good.' })
    expect(tools['get_health']).toMatchObject({ description: 'Is it well?' })
  })

  it('keeps to that the next time, until a removed tool is asked for by its name', async () => {
    const again = await refresh('shop', { preview: false })
    expect(again.data).toMatchObject({ unchanged: 2, changed: [], removed: [], kept: { length: 2 }, breaking: false })
    const { data } = await refresh('shop', { preview: false, select: { operations: ['list_goods'] } })
    expect(data['added']).toEqual(['list_goods'])
    expect(Object.keys(await toolsOf('shop'))).toContain('list_goods')
  })

  it('builds, deploys and calls what came of it', async () => {
    expect((await call(client, 'deploy', { server: 'shop' })).data).toMatchObject({ version: 2, health: 'ok' })
    const { text } = await call(client, 'call_tool', { server: 'shop', tool: 'get_health', arguments: {} })
    expect(text).toContain('yes')
  })

  it('reads a description that was given as a text from its new text', async () => {
    await startServer('inline')
    await call(client, 'import_openapi', { server: 'inline', content: asText(shop), preview: false })
    expect((await refresh('inline')).error).toMatchObject({
      code: 'SOURCE_UNKNOWN',
      fix: expect.stringContaining('content'),
    })
    const { data } = await refresh('inline', { content: asText(changedShop), preview: false })
    expect(data).toMatchObject({ removed: ['list_orders'], breaking: true, deployed: false })
    expect(Object.keys(await toolsOf('inline'))).not.toContain('list_orders')
  })

  it('asks which description is meant when there are several, and when there is none', async () => {
    await startServer('empty')
    expect((await refresh('empty')).error).toMatchObject({
      code: 'SOURCE_UNKNOWN',
      fix: expect.stringContaining('Import'),
    })
    const other = { ...shop, info: { title: 'Other', version: '1' }, servers: [{ url: `http://${host}/other` }] }
    const content = JSON.stringify({ ...other, paths: { '/other': { get: { responses } } } })
    await call(client, 'import_openapi', { server: 'inline', content, preview: false })
    const { error } = await refresh('inline')
    expect(error.message).toContain('"Shop" (inline), "Other" (inline)')
    expect((await refresh('inline', { content })).data).toMatchObject({ title: 'Other', unchanged: 1 })
  })
})
