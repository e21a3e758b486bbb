import type { Client } from '@modelcontextprotocol/client'
import { call } from '../../test/e2e/call.ts'

/** A deployed server with a tool, one that lacks a secret, and a question that waits for a person. */
export async function makeKitchen(client: Client): Promise<void> {
  await call(client, 'init_server', { name: 'kitchen', description: 'Helps to cook.' })
  await call(client, 'add_tool', {
    server: 'kitchen',
    name: 'count_grams',
    description: 'Tells how much tea a pot takes. Returns grams.',
    effect: 'read',
    input_schema: { type: 'object', properties: { cups: { type: 'integer' } }, required: ['cups'] },
    code: 'return { grams: input.cups * 2 }',
  })
  await call(client, 'deploy', { server: 'kitchen' })
  await call(client, 'init_server', { name: 'shop', description: 'Sells tea.' })
  await call(client, 'import_openapi', { server: 'shop', content: shop, preview: false, select: { all: true } })
  await call(client, 'request_secrets', { server: 'shop' })
  await call(client, 'remove_item', { server: 'kitchen', kind: 'tool', name: 'count_grams' })
}

const shop = JSON.stringify({
  openapi: '3.1.0',
  info: { title: 'Tea shop', version: '1.0.0' },
  servers: [{ url: 'https://tea.example' }],
  security: [{ key: [] }],
  paths: {
    '/teas': { get: { operationId: 'listTeas', summary: 'Lists teas.', responses: { 200: { description: 'x' } } } },
  },
  components: { securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'X-Key' } } },
})
