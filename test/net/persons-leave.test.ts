import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type ImportOptions, importLocally } from '../../src/cli/local-import.ts'
import { type Canary, startCanary } from './canary.ts'

let canary: Canary
let folder: string
let descriptionHost: string
const owner = createServer((_, response) => response.end(description()))

/** Of an API on this machine, where the canary is. */
function description(): string {
  return JSON.stringify({
    openapi: '3.1.0',
    info: { title: 'Local', version: '1' },
    servers: [{ url: `http://127.0.0.1:${canary.port}` }],
    paths: { '/thing': { get: { operationId: 'getThing', responses: {} } } },
  })
}

beforeAll(async () => {
  canary = await startCanary()
  folder = await mkdtemp(path.join(tmpdir(), 'mcpwright-leave-'))
  await writeFile(path.join(folder, 'api.json'), description())
  owner.listen(0, '127.0.0.1')
  await once(owner, 'listening')
  // A TCP server's address is never a pipe's name.
  descriptionHost = `127.0.0.1:${(owner.address() as AddressInfo).port}`
})
afterAll(async () => {
  owner.close().closeAllConnections()
  canary[Symbol.dispose]()
  await rm(folder, { recursive: true })
})
beforeEach(() => void canary.hits.splice(0))

/** Imports as `run` and `generate` do, then asks the API. */
async function askAfter(
  named: string,
  options: ImportOptions = {},
  environment: NodeJS.ProcessEnv = {},
): Promise<void> {
  const { egress, hosts } = await importLocally(named, options, environment)
  const policy = { hosts, timeoutMs: 5_000, answerBytes: 10_000, redirects: 0 }
  try {
    await egress.request({ url: `http://127.0.0.1:${canary.port}/thing` }, policy)
  } finally {
    await egress.close()
  }
}

describe('an API on this machine', () => {
  it('is open when its description is a file that was named on the command line', async () => {
    await askAfter(path.join(folder, 'api.json'))
    expect(canary.hits).toEqual(['/thing'])
  })

  it('is not open because a description from an address names it', async () => {
    await expect(askAfter(`http://${descriptionHost}/api.json`)).rejects.toMatchObject({
      code: 'LOCAL_HOST_BLOCKED',
      fix: expect.stringContaining(`MCPWRIGHT_ALLOW_LOCAL=127.0.0.1:${canary.port}`),
    })
    expect(canary.hits).toEqual([])
  })

  it('is open when --base-url names it', async () => {
    await askAfter(`http://${descriptionHost}/api.json`, { baseUrl: `http://127.0.0.1:${canary.port}` })
    expect(canary.hits).toEqual(['/thing'])
  })

  it('is open when MCPWRIGHT_ALLOW_LOCAL names it, with its port', async () => {
    const named = `http://${descriptionHost}/api.json`
    await askAfter(named, {}, { MCPWRIGHT_ALLOW_LOCAL: `localhost:1,127.0.0.1:${canary.port}` })
    expect(canary.hits).toEqual(['/thing'])
    await expect(askAfter(named, {}, { MCPWRIGHT_ALLOW_LOCAL: '127.0.0.1:1' })).rejects.toMatchObject({
      code: 'LOCAL_HOST_BLOCKED',
    })
  })
})
