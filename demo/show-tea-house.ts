import assert from 'node:assert/strict'
import type { MetaClient } from './meta-client.ts'
import type { TeaHouseApi } from './tea-house/serve-tea-house.ts'
import { firstLine, type Transcript } from './transcript.ts'

/** A small real API: from its address to an order that stands in its books. */
export async function showTeaHouse(
  client: MetaClient,
  { descriptionUrl }: TeaHouseApi,
  { title, step }: Transcript,
): Promise<void> {
  const server = 'tea-house'
  title('A small API: the tea house')
  await step('start a server', () => client.call('init_server', { name: server, description: 'Teas and orders.' }))
  await step(
    `preview ${descriptionUrl}`,
    () => client.call('import_openapi', { server, url: descriptionUrl }),
    showText,
  )
  await step(
    'import all of it',
    () => client.call('import_openapi', { server, url: descriptionUrl, preview: false, select: { all: true } }),
    showText,
  )
  await step(
    'test get_tea against a mock',
    () =>
      client.call('test_tool', {
        server,
        tool: 'get_tea',
        input: { name: 'assam' },
        mocks: [{ request: { url: '*/teas/assam' }, response: { body: { name: 'assam', kind: 'black', price: 1 } } }],
      }),
    expectOk,
  )
  await step(
    'test list_teas against the API',
    () => client.call('test_tool', { server, tool: 'list_teas', input: { kind: 'green' }, live: true }),
    expectOk,
  )
  await step('deploy it', () => client.call('deploy', { server }), showText)
  await orderTea(client, server, step)
}

async function orderTea(client: MetaClient, server: string, step: Transcript['step']): Promise<void> {
  await step(
    'read_tool list_teas, up to 3.00',
    () => client.call('read_tool', { server, tool: 'list_teas', arguments: { maxPrice: 300 } }),
    showText,
  )
  const order = {
    table: 7,
    items: [
      { tea: 'sencha', cups: 2 },
      { tea: 'assam', cups: 1 },
    ],
  }
  const created = await step(
    'call_tool create_order',
    () => client.call('call_tool', { server, tool: 'create_order', arguments: { body: order } }),
    showText,
  )
  assert.equal(created.data.total, 920)
  await step(
    'read_tool get_order',
    () => client.call('read_tool', { server, tool: 'get_order', arguments: { id: created.data.id } }),
    showText,
  )
  await step('call_tool cancel_order', () =>
    client.call('call_tool', { server, tool: 'cancel_order', arguments: { id: created.data.id } }),
  )
  await step(
    'read_tool get_order again: it is gone',
    async () => {
      const refused = client.call('read_tool', { server, tool: 'get_order', arguments: { id: created.data.id } })
      return refused.then(
        () => assert.fail('A cancelled order is still there.'),
        (error: Error) => error,
      )
    },
    ({ message }) => firstLine(message),
  )
}

function showText({ text }: { text: string }): string {
  return firstLine(text)
}

function expectOk({ text, data }: { text: string; data: Readonly<Record<string, unknown>> }): string {
  assert.equal(data.ok, true, text)
  return firstLine(text)
}
