import { describe, expect, it } from 'vitest'
import { findLastingPort } from '../fixtures/lasting-port.ts'
import { startPostgres } from '../postgres/start-postgres.ts'
import { call } from './call.ts'
import { openTestHome } from './test-home.ts'

const tool = {
  name: 'say_hello',
  description: 'Greets.',
  effect: 'read',
  input_schema: { type: 'object', properties: {} },
  code: 'return "hello"',
}

describe('a database that is away', () => {
  it('is told with what to do, while the tool list still answers; the next call tries again', async () => {
    await using home = await openTestHome({ DATABASE_URL: `postgres://app@127.0.0.1:${await findLastingPort()}/none` })
    const client = await home.connect()
    expect((await client.listTools()).tools.length).toBeGreaterThan(10)
    for (const _ of [1, 2]) {
      const { error } = await call(client, 'list_servers')
      expect(error).toMatchObject({ code: 'DATABASE_UNAVAILABLE', fix: expect.stringContaining('DATABASE_URL') })
    }
  })
})

const postgres = await startPostgres()

describe.skipIf(!postgres)('the road on PostgreSQL', () => {
  it('goes from a tool to a call', async () => {
    await using server = postgres!
    await using home = await openTestHome({ DATABASE_URL: await server.createDatabase() })
    const client = await home.connect()
    await call(client, 'init_server', { name: 'greeter', description: 'x' })
    await call(client, 'add_tool', { ...tool, server: 'greeter' })
    expect((await call(client, 'deploy', { server: 'greeter' })).isError).toBe(false)
    expect((await call(client, 'read_tool', { server: 'greeter', tool: 'say_hello' })).text).toBe('hello')
  })
})
