import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StartedWorker } from '../../../fixtures/start-worker.ts'
import { callText, connect } from './connect.ts'
import { deskDefinition } from './desk-definition.ts'
import { type Issuer, openIssuer } from './issuer.ts'
import { serveProject } from './served-project.ts'

const PER_MINUTE = 20
const opened = new AsyncDisposableStack()
let issuer: Issuer
let worker: StartedWorker

beforeAll(async () => {
  issuer = opened.use(await openIssuer('desk'))
  worker = opened.use(
    await serveProject(deskDefinition('desk.example'), {
      env: { MCP_PROTECTION: 'oauth', MCP_ISSUER: issuer.url, MCP_AUDIENCE: 'desk' },
      bindings: ['MCP_CACHE'],
      requestsPerMinute: PER_MINUTE,
    }),
  )
})
afterAll(() => opened.disposeAsync())

describe('the platform’s bindings, in workerd', () => {
  it('KV keeps the keys of an issuer for isolates that start while it is down', async () => {
    const headers = { authorization: `Bearer ${await issuer.token()}` }
    const client = await connect(worker.url, 'modern', headers)
    expect(await callText(client, 'shout', 'by login')).toBe('BY LOGIN')
    await client.close()
    issuer.fail(true)
    await worker.restart()
    const again = await connect(worker.url, 'modern', headers)
    expect(await callText(again, 'shout', 'by login')).toBe('BY LOGIN')
    await again.close()
    issuer.fail(false)
  })

  it('the rate limit counts each caller by itself', async () => {
    const busy = { authorization: `Bearer ${await issuer.token({ sub: 'busy' })}` }
    const statuses: number[] = []
    while (!statuses.includes(429) && statuses.length <= 2 * PER_MINUTE) statuses.push(await ping(busy))
    // A minute may have ended meanwhile.
    expect(statuses.length).toBeGreaterThan(PER_MINUTE)
    expect(statuses.at(-1)).toBe(429)
    expect(await ping({ authorization: `Bearer ${await issuer.token({ sub: 'calm' })}` })).toBe(200)
  })
})

async function ping(headers: Readonly<Record<string, string>>): Promise<number> {
  const answer = await fetch(`${worker.url}/mcp`, {
    method: 'POST',
    headers: { accept: 'application/json, text/event-stream', 'content-type': 'application/json', ...headers },
    body: '{"jsonrpc":"2.0","id":1,"method":"ping"}',
  })
  await answer.text()
  return answer.status
}
