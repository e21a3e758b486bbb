import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Client } from '@modelcontextprotocol/client'
import { mountSmallDisk } from '../db/small-disk.ts'
import { call } from './call.ts'
import { openTestHome, type TestHome } from './test-home.ts'

const disk = await mountSmallDisk(160)

/** A tool whose text does not compress. */
function toolOf(name: string, answer: string, characters = 0): Record<string, unknown> {
  const ballast = Array.from({ length: characters / 11 }, () => Math.random().toString(36).slice(2, 13)).join('')
  const code = `// ${ballast}\nreturn ${JSON.stringify(answer)}`
  return { server: 'greeter', name, description: 'Greets.', effect: 'read', input_schema: { type: 'object' }, code }
}

describe.skipIf(disk === undefined)('a full disk', () => {
  let home: TestHome
  let client: Client

  beforeAll(async () => {
    home = await openTestHome({}, disk?.folder)
    client = await home.connect()
    await call(client, 'init_server', { name: 'greeter', description: 'Greets.' })
    await call(client, 'add_tool', toolOf('say_hello', 'hello'))
    await call(client, 'deploy', { server: 'greeter' })
  })

  afterAll(async () => {
    await disk?.empty()
    await home?.[Symbol.asyncDispose]()
    await disk?.[Symbol.asyncDispose]()
  })

  const hello = async (): Promise<string> =>
    (await call(client, 'read_tool', { server: 'greeter', tool: 'say_hello' })).text

  it('is told by the tools that write, which leave nothing half-made, and by a deploy, which leaves the old version up', async () => {
    await call(client, 'add_tool', { ...toolOf('say_hello', 'hello again'), replace: true })
    await disk?.fill(0)
    const full = { code: 'DISK_FULL', fix: expect.stringContaining('MCPWRIGHT_HOME') }
    const added = await call(client, 'add_tool', toolOf('say_much', 'much', 190_000))
    expect(added.error).toMatchObject(full)
    const deployed = await call(client, 'deploy', { server: 'greeter' })
    expect(deployed.error).toMatchObject(full)
    expect(await hello()).toBe('hello')
  })

  it('is over when there is space again', async () => {
    await disk?.empty()
    const tools = await call(client, 'get_server', { server: 'greeter', include: ['tools'] })
    expect(tools.data['tool_count']).toBe(1)
    expect((await call(client, 'add_tool', toolOf('say_much', 'much', 190_000))).isError).toBe(false)
    expect((await call(client, 'deploy', { server: 'greeter' })).isError).toBe(false)
    expect(await hello()).toBe('hello again')
  })
})
