import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Cloudflare, startCloudflare } from '../fixtures/cloudflare/start-cloudflare.ts'
import { call } from './call.ts'
import { openCloudflareHome } from './cloudflare-home.ts'
import { launcher, type TestHome } from './test-home.ts'

const run = promisify(execFile)

let cloudflare: Cloudflare
let home: TestHome
let meta: Client

beforeAll(async () => {
  cloudflare = await startCloudflare()
  home = await openCloudflareHome(cloudflare, { MCPWRIGHT_CLOUDFLARE_TOKEN: cloudflare.token })
  meta = await home.connect()
  await call(meta, 'init_server', { name: 'house', description: 'The rules of the house.' })
})
afterAll(async () => {
  await home[Symbol.asyncDispose]()
  await cloudflare[Symbol.asyncDispose]()
})

/** A client of what is deployed at this target, with the key that its owner has. */
async function connectTo(target: 'local' | 'cloudflare'): Promise<Client> {
  const words = [launcher, 'endpoint', 'house', ...(target === 'local' ? [] : ['--target', target])]
  const { stdout } = await run(process.execPath, words, { env: home.environment })
  const { url, headers } = JSON.parse(stdout).mcpServers.house
  const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } })
  const reach = target === 'local' ? {} : { fetch: cloudflare.fetch }
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers }, ...reach }))
  return client
}

describe('a server without tools', () => {
  it('is not judged or deployed while it has nothing', async () => {
    for (const tool of ['check_server', 'deploy']) {
      expect((await call(meta, tool, { server: 'house' })).error).toMatchObject({
        code: 'NOTHING_SELECTED',
        message: 'Server "house" has no tools, resources or prompts yet.',
        next: { tool: 'add_tool', arguments: { server: 'house' } },
      })
    }
    const shown = await call(meta, 'get_server', { server: 'house', include: ['code'] })
    expect(shown.text).toContain('house is a draft, with 0 tools.')
    expect(shown.text).toContain('It has no files before its first deploy')
  })

  it.each(['local', 'cloudflare'] as const)('offers its resources and prompts on %s', async (target) => {
    await call(meta, 'add_resource', {
      server: 'house',
      uri: 'notes://rules',
      name: 'house_rules',
      description: 'The rules of the house, as text.',
      text: 'Be kind.',
      replace: true,
    })
    await call(meta, 'add_prompt', {
      server: 'house',
      name: 'explain_rules',
      description: 'Explains the rules of the house to a guest.',
      template: 'Explain the rules to {{guest}}.',
      replace: true,
    })
    expect((await call(meta, 'check_server', { server: 'house' })).data).toMatchObject({ grade: 'A', findings: [] })
    const deployed = await call(meta, 'deploy', { server: 'house', target })
    expect(deployed.error.message).toBe('')
    expect(deployed.text).toContain('(1 resource, 1 prompt).')
    // There is nothing to look for among its tools.
    expect(deployed.data['next']).toMatchObject([{ tool: 'get_install' }, { tool: 'get_logs' }])
    const client = await connectTo(target)
    const { contents } = await client.readResource({ uri: 'notes://rules' })
    expect(contents).toMatchObject([{ text: 'Be kind.' }])
    const { messages } = await client.getPrompt({ name: 'explain_rules', arguments: { guest: 'Ada' } })
    expect(messages).toMatchObject([{ content: { text: 'Explain the rules to Ada.' } }])
    await client.close()
  })
})
