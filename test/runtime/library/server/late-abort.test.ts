import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { allowedFetch } from '../../../../runtime/library/allowed-fetch.ts'
import { callOperation } from '../../../../runtime/library/call-operation.ts'
import type { Operation } from '../../../../runtime/library/operation.ts'
import { sweepMemory } from '../../../fixtures/sweep-memory.ts'

let server: Server
let host: string
let begun = 0

/** Begins an answer, and never ends it. */
beforeAll(async () => {
  server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).write('[')
    begun++
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

it.each([
  ['fetch itself', () => fetch],
  ['fetch limited to hosts', () => allowedFetch([host], fetch)],
])('a call over %s ends with its signal, also when its answer has begun and memory was swept', async (_, sender) => {
  const before = begun
  const abort = new AbortController()
  const context = { fetch: sender(), env: {}, signal: abort.signal, credentials: [] }
  const calling = callOperation(listBooks(), {}, context)
  await expect.poll(() => begun).toBe(before + 1)
  await sweepMemory()
  abort.abort()
  expect(await calling).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('was cancelled') }] })
})

function listBooks(): Operation {
  return {
    name: 'list_books',
    description: 'Lists books.',
    effect: 'read',
    inputSchema: { type: 'object', properties: {} },
    call: {
      kind: 'http',
      method: 'GET',
      path: '/books',
      servers: [{ url: `http://${host}` }],
      parameters: [],
      accept: ['application/json'],
      security: [],
    },
  }
}
