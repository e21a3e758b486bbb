import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import type { Client } from '@modelcontextprotocol/client'
import { buildSchema, graphql } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fixtureText } from '../generators/importers/read-fixture.ts'
import { type ConnectPeer, startConnectPeer } from '../generators/importers/grpc/connect-peer.ts'
import { type SoapPeer, startSoapPeer } from '../generators/importers/soap/soap-peer.ts'
import { call } from './call.ts'
import { openTestHome, type TestHome } from './test-home.ts'

const sdl = readFileSync(path.resolve(import.meta.dirname, '../fixtures/descriptions/shop.graphql'), 'utf8')
const TOKEN = 'tok-shop-88412f'
const PASSWORD = 'p&ss<word>"7"'

/** A real GraphQL server on loopback: open at /graphql, behind a token at /private, silent about itself at /closed. */
async function startShop(): Promise<AsyncDisposable & { readonly host: string; readonly variables: unknown[] }> {
  const schema = buildSchema(sdl)
  const variables: unknown[] = []
  const order = {
    id: '7',
    status: 'PAID',
    placedAt: '2026-01-02T03:04:05Z',
    items: [{ count: 2, product: { id: 'p1', name: 'Tea' } }],
  }
  const rootValue = {
    product: ({ id }: { id: string }) => {
      if (id === 'gone') throw new Error('That product is gone.')
      return { __typename: 'Product', id, name: 'Tea', price: 450, maker: { name: 'Ada', country: 'UK' } }
    },
    orders: (given: unknown) => {
      variables.push(given)
      return { edges: [{ cursor: 'c1', node: order }], pageInfo: { hasNextPage: false, endCursor: 'c1' } }
    },
    search: () => [
      { __typename: 'Maker', name: 'Ada' },
      { __typename: 'Product', name: 'Tea', id: 'p1' },
    ],
    placeOrder: (given: unknown) => {
      variables.push(given)
      return order
    },
    deleteOrder: () => true,
  }
  const server = createServer((request, response) => {
    const json = (status: number, value: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    void readBody(request).then(async (body) => {
      const isPrivate = request.url === '/private'
      if (isPrivate && request.headers.authorization !== `Bearer ${TOKEN}`)
        return json(401, { errors: [{ message: 'Who?' }] })
      const { query, variables: values }: { query: string; variables?: Record<string, unknown> } = JSON.parse(body)
      if (request.url === '/closed' && query.includes('__schema'))
        return json(400, { errors: [{ message: 'No introspection.' }] })
      return json(200, await graphql({ schema, source: query, rootValue, variableValues: values ?? {} }))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    // A TCP server's address is an AddressInfo.
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    variables,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request) body += String(chunk)
  return body
}

let shop: Awaited<ReturnType<typeof startShop>>
let desk: SoapPeer
let rpc: ConnectPeer
let home: TestHome
let client: Client

beforeAll(async () => {
  shop = await startShop()
  desk = await startSoapPeer(fixtureText('desk.wsdl'), {
    DeskPort: ['LendItem', 'FindTitle', 'DeleteAll', 'GetSecret'],
  })
  rpc = await startConnectPeer(fixtureText('desk.proto'))
  const deskHost = new URL(desk.origin).host
  const rpcHosts = [rpc.origin, rpc.h2c].map((url) => new URL(url).host).join()
  home = await openTestHome({
    MCPWRIGHT_ALLOW_LOCAL: `${shop.host},${shop.host.replace('127.0.0.1', 'localhost')},${deskHost},${rpcHosts}`,
    MCPWRIGHT_ENV_SECRETS: `TOKEN@${shop.host},AUTH_HEADER_USER_NAME@${deskHost},AUTH_HEADER_PASSWORD@${deskHost}`,
    TOKEN,
    AUTH_HEADER_USER_NAME: 'ada',
    AUTH_HEADER_PASSWORD: PASSWORD,
  })
  client = await home.connect()
  await call(client, 'init_server', { name: 'shop', description: 'Asks a shop.' })
})

afterAll(async () => {
  await home[Symbol.asyncDispose]()
  await shop[Symbol.asyncDispose]()
  await desk[Symbol.asyncDispose]()
  await rpc[Symbol.asyncDispose]()
})

const importShop = (more: object) => call(client, 'import_api', { server: 'shop', kind: 'graphql', ...more })
const ask = (tool: string, input: object) => call(client, 'call_tool', { server: 'shop', tool, arguments: input })

describe('a GraphQL endpoint', () => {
  it('is asked for its schema, and shown before anything is added', async () => {
    const { data, text } = await importShop({ url: `http://${shop.host}/graphql` })
    expect(text).toContain('8 operations in 2 groups; 6 would be added, those that only read')
    expect(data).toMatchObject({
      hosts: [shop.host],
      groups: [
        { name: 'queries', operations: 6 },
        { name: 'mutations', operations: 2 },
      ],
      skipped: [{ pointer: '/Subscription/orderChanged' }],
    })
  })

  it('behind a token is asked with the one that a person entered for its host', async () => {
    const { data } = await importShop({ url: `http://${shop.host}/private` })
    expect(data).toMatchObject({ operations: 8, credentials: [{ name: 'TOKEN', hosts: [shop.host] }] })
    await call(client, 'init_server', { name: 'guest', description: 'Has no token.' })
    const other = shop.host.replace('127.0.0.1', 'localhost')
    const { error } = await call(client, 'import_api', {
      server: 'guest',
      kind: 'graphql',
      url: `http://${other}/private`,
    })
    expect(error).toMatchObject({ code: 'DESCRIPTION_UNREADABLE', next: { tool: 'request_secrets' } })
    expect(error.message).toContain('does not tell its schema (401: Who?)')
  })

  it('that says nothing of itself is imported from its schema', async () => {
    const { error } = await importShop({ url: `http://${shop.host}/closed` })
    expect(error).toMatchObject({
      code: 'DESCRIPTION_UNREADABLE',
      fix: expect.stringContaining('give the schema (SDL)'),
    })
    const { data } = await importShop({ content: sdl, base_url: `http://${shop.host}/closed` })
    expect(data).toMatchObject({ operations: 8, hosts: [shop.host] })
    const { error: broken } = await importShop({ content: 'type Query { a: Nothing }' })
    expect(broken.message).toMatch(/This is no GraphQL schema: .*"Nothing"/)
  })

  it('takes one source, and a selection that it knows', async () => {
    expect((await importShop({})).error.message).toContain('None of url, content and file')
    expect((await importShop({ content: sdl, select: { names: ['x'] } })).error.message).toContain(
      '"names" is not known in "select", which takes: tags, operations, methods, paths, all',
    )
  })
})

describe('its tools', () => {
  it('are added, deployed, and shown with what they do', async () => {
    const { data } = await importShop({ url: `http://${shop.host}/graphql`, preview: false, select: { all: true } })
    expect(data['added']).toEqual([
      'product',
      'orders',
      'search',
      'named',
      'server_time',
      'old_price',
      'place_order',
      'delete_order',
    ])
    const shown = await call(client, 'get_server', { server: 'shop', include: ['tools'], format: 'detailed' })
    const tools = shown.data['tools'] as { name: string; effect: string; description: string }[]
    expect(tools.map(({ name, effect }) => `${name} ${effect}`)).toContain('delete_order delete')
    const orders = tools.find(({ name }) => name === 'orders')
    expect(orders?.description).toBe('Lists orders, newest first. Returns OrderConnection!.')
    expect(tools.find(({ name }) => name === 'old_price')?.description).toContain('Deprecated: Use product.')
    expect((await call(client, 'deploy', { server: 'shop' })).data).toMatchObject({ version: 1 })
  })

  it('answer with the part that was asked for, through objects, connections and unions', async () => {
    expect(JSON.parse((await ask('product', { id: 'p1' })).text)).toEqual({
      id: 'p1',
      name: 'Tea',
      price: 450,
      maker: { name: 'Ada', country: 'UK' },
    })
    expect(JSON.parse((await ask('orders', {})).text)).toMatchObject({
      edges: [{ cursor: 'c1', node: { id: '7', status: 'PAID', items: [{ count: 2 }] } }],
      pageInfo: { hasNextPage: false },
    })
    expect(JSON.parse((await ask('search', { text: 'a' })).text)).toMatchObject([
      { __typename: 'Maker', maker_name: 'Ada' },
      { __typename: 'Product', product_name: 'Tea' },
    ])
  })

  it('send arguments with their types, and leave out those that are not given', async () => {
    await ask('orders', {
      status: 'OPEN',
      filter: { and: [{ status: ['PAID'] }], placedAfter: '2026-01-01T00:00:00Z' },
    })
    expect(shop.variables.at(-1)).toMatchObject({
      status: 'OPEN',
      first: 20,
      filter: { and: [{ status: ['PAID'] }], placedAfter: '2026-01-01T00:00:00Z' },
    })
    await ask('place_order', { input: { items: [{ product: 'p1', count: 3 }] } })
    expect(shop.variables.at(-1)).toMatchObject({ input: { items: [{ product: 'p1', count: 3 }], note: 'none' } })
  })

  it('that change something are tried without asking the API', async () => {
    const before = shop.variables.length
    const input = { input: { items: [{ product: 'p1', count: 3 }] } }
    const tried = await call(client, 'test_tool', { server: 'shop', tool: 'place_order', input })
    expect(tried.data).toMatchObject({ ok: true })
    expect(shop.variables.length).toBe(before)
  })

  it('refuse wrong arguments before anything is sent', async () => {
    const before = shop.variables.length
    const { isError, text } = await ask('place_order', { input: { items: [{ count: 'three' }] } })
    expect(isError).toBe(true)
    expect(text).toContain('No request was made')
    expect(shop.variables.length).toBe(before)
  })

  it('tell errors that come with a success, and what was answered all the same', async () => {
    const { isError, text } = await ask('product', { id: 'gone' })
    expect(isError).toBe(true)
    expect(text).toBe('product failed: That product is gone. (at product)')
  })
})

const changed = () => sdl.replace(/^\s*named\b.*$/m, '  weather: String')
const refresh = (more: object) => importShop({ refresh: true, ...more })

describe('a refresh of its tools', () => {
  it('reads the schema where it was read, and finds nothing new', async () => {
    const { data, text } = await refresh({})
    expect(text).toContain('preview: 0 changed, 0 removed')
    expect(data).toMatchObject({ removed: [], changed: [], new_operations: 0, breaking: false })
  })

  it('tells what has changed, and takes it up when callers may be broken', async () => {
    const news = { content: changed(), base_url: `http://${shop.host}/graphql` }
    const { data } = await refresh(news)
    expect(data).toMatchObject({ breaking: true, removed: ['named'], new_examples: [{ name: 'weather' }] })
    expect((await refresh({ ...news, preview: false })).error.code).toBe('BREAKING_CHANGE')
    const select = { operations: ['weather'] }
    const done = await refresh({ ...news, preview: false, accept_breaking: true, select })
    expect(done.data).toMatchObject({ removed: ['named'], added: ['weather'] })
    const shown = await call(client, 'get_server', { server: 'shop', include: ['tools'] })
    expect(JSON.stringify(shown.data['tools'])).toContain('weather')
  })

  it('knows the descriptions of its own kind alone', async () => {
    expect((await call(client, 'import_openapi', { server: 'shop', refresh: true })).error.code).toBe('SOURCE_UNKNOWN')
  })
})

const importDesk = (more: object) => call(client, 'import_api', { server: 'desk', kind: 'soap', ...more })
const askDesk = (tool: string, input: object) => call(client, 'call_tool', { server: 'desk', tool, arguments: input })

describe('a SOAP service', () => {
  it('is shown before anything is added, by the address of its endpoint, with what is left out', async () => {
    await call(client, 'init_server', { name: 'desk', description: 'Lends books.' })
    const { data } = await importDesk({ url: `${desk.origin}/soap/desk`, base_url: desk.origin })
    expect(data).toMatchObject({
      title: 'DeskService',
      operations: 5,
      hosts: [new URL(desk.origin).host],
      skipped_count: 6,
      groups: [{ name: 'DeskService', operations: 5 }],
    })
    const { error } = await importDesk({ kind: 'graphql', content: fixtureText('desk.wsdl') })
    expect(error).toMatchObject({
      message: 'This is a WSDL (SOAP), not a GraphQL schema.',
      next: { tool: 'import_api', arguments: { kind: 'soap' } },
    })
  })

  it('is called by tools that are tried with answers of its schema, and deployed', async () => {
    const select = { operations: ['lend_item', 'get_secret'] }
    await importDesk({ url: `${desk.origin}/soap/desk?wsdl`, base_url: desk.origin, preview: false, select })
    const input = { item: { xsi_type: 'Film', id: 1, title: 'A', minutes: 5 }, shelf: 'x' }
    const tried = await call(client, 'test_tool', { server: 'desk', tool: 'lend_item', input })
    expect(tried.data).toMatchObject({ ok: true })
    expect(tried.text + JSON.stringify(tried.data)).toContain('the schema of the answer')
    expect(desk.calls).toEqual([])
    expect((await call(client, 'deploy', { server: 'desk' })).data).toMatchObject({ version: 1 })
  })

  it('gets a login in its header that no process of the server has seen', async () => {
    desk.answers.GetSecret = () => ({})
    await askDesk('get_secret', { AuthHeader: { Tenant: 't' } })
    expect(desk.calls.splice(0)[0]?.headers).toMatchObject({
      AuthHeader: { UserName: 'ada', Password: PASSWORD, Tenant: 't' },
    })
  })
})

describe('gRPC services', () => {
  const content = fixtureText('desk.proto')

  it.each(['connect', 'grpc-web', 'grpc'])('are tried, deployed and called by %s', async (wire) => {
    const server = `rpc-${wire}`
    await call(client, 'init_server', { name: server, description: 'Looks up.' })
    const base = wire === 'grpc' ? rpc.h2c.replace('http', 'grpc') : `${wire}+${rpc.origin}`
    const select = { operations: ['look_up', 'watch_loans'] }
    const imported = await call(client, 'import_api', {
      server,
      kind: 'grpc',
      content,
      base_url: base,
      preview: false,
      select,
    })
    expect(imported.data['added']).toEqual(['look_up', 'watch_loans'])
    const input = { value: '12' }
    const tried = await call(client, 'test_tool', { server, tool: 'look_up', input })
    expect(tried.data).toMatchObject({ ok: true })
    await call(client, 'deploy', { server })
    rpc.methods.lookUp = ({ value }) => ({ value: `No. ${String(value)}` })
    rpc.methods.watchLoans = async function* () {
      yield { number: 1n }
    }
    const called = await call(client, 'call_tool', { server, tool: 'look_up', arguments: input })
    expect(called.text).toContain('No. 12')
    const streamed = await call(client, 'call_tool', { server, tool: 'watch_loans', arguments: {} })
    expect(JSON.parse(streamed.text)).toEqual({ messages: [{ number: '1', open: false, names: [] }] })
  })
})
