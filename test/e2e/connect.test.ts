import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { callForText } from '../bridge/fixtures/clients.ts'
import {
  type AuthorizationServerFixture,
  startAuthorizationServer,
} from '../bridge/connect/fixtures/authorization-server.ts'
import { type RemoteServer, startLegacyOnly } from '../bridge/connect/fixtures/old-servers.ts'
import { type ProtectedServer, startProtectedServer } from '../bridge/connect/fixtures/protected-server.ts'
import { launcher } from './test-home.ts'

/** What `xdg-open` is on this machine: it writes down the page, and says yes there unless the person is away. */
const BROWSER = `#!${process.execPath}
const { appendFileSync, existsSync } = require('node:fs')
appendFileSync(__dirname + '/opened', process.argv[2] + '\\n')
if (!existsSync(__dirname + '/away')) fetch(process.argv[2]).then((page) => page.text())
`

let folder: string
let environment: Record<string, string>
let authorization: AuthorizationServerFixture
let target: RemoteServer
let server: ProtectedServer
const clients: Client[] = []

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'connect-e2e-'))
  await mkdir(path.join(folder, 'bin'))
  await writeFile(path.join(folder, 'bin', 'xdg-open'), BROWSER)
  await chmod(path.join(folder, 'bin', 'xdg-open'), 0o755)
  environment = {
    PATH: `${folder}/bin:${process.env.PATH}`,
    HOME: folder,
    MCPWRIGHT_HOME: path.join(folder, 'home'),
    DISPLAY: ':7',
  }
  authorization = await startAuthorizationServer({ supportsRegistration: true })
  target = await startLegacyOnly()
  server = await startProtectedServer({ target: () => target.url, authorization })
})

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()))
  for (const each of [server, target, authorization]) await each[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

interface Instance {
  readonly client: Client
  readonly transport: StdioClientTransport
  readonly connected: Promise<void>
  /** All of stderr so far. */
  stderr(): string
}

function startInstance(address: string, words: readonly string[] = [], env = environment): Instance {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [launcher, 'connect', address, ...words],
    env,
    stderr: 'pipe',
  })
  let stderr = ''
  transport.stderr?.on('data', (chunk) => (stderr += String(chunk)))
  const client = new Client({ name: 'test', version: '1' })
  clients.push(client)
  const connected = client.connect(transport)
  connected.catch(() => {})
  return { client, transport, connected, stderr: () => stderr }
}

async function openedPages(): Promise<string[]> {
  const text = await readFile(path.join(folder, 'bin', 'opened'), 'utf8').catch(() => '')
  return text.split('\n').filter(Boolean)
}

describe.runIf(process.platform === 'linux')('mcpwright connect with an address', () => {
  it('lets three instances that are started at once share one login and each refresh of it', async () => {
    const instances = [1, 2, 3].map(() => startInstance(server.url))
    await Promise.all(instances.map(({ connected }) => connected))
    expect(await openedPages()).toHaveLength(1)
    expect(authorization.pages).toHaveLength(1)
    expect(authorization.registrations).toHaveLength(1)
    authorization.expireAll()
    const answers = instances.map(({ client }) => callForText(client, 'echo', { text: 'on' }))
    expect(await Promise.all(answers)).toEqual(['on', 'on', 'on'])
    expect(authorization.grants.map((grant) => grant.get('grant_type'))).toEqual([
      'authorization_code',
      'refresh_token',
    ])
    expect(instances.map(({ stderr }) => stderr()).join('')).not.toMatch(/access-|refresh-|code=|state=/)
  })

  it('goes on with the login of an instance that was killed in the middle of it', async () => {
    await writeFile(path.join(folder, 'bin', 'away'), '')
    const first = startInstance(server.url)
    await expect.poll(openedPages, { timeout: 10_000 }).toHaveLength(1)
    const second = startInstance(server.url)
    await rm(path.join(folder, 'bin', 'away'))
    process.kill(first.transport.pid ?? 0, 'SIGKILL')
    await second.connected
    expect(authorization.pages).toHaveLength(1)
    expect(await callForText(second.client, 'echo', { text: 'on' })).toBe('on')
  })

  it('prints the page where there is no browser', async () => {
    const { DISPLAY: _, ...headless } = environment
    const instance = startInstance(server.url, [], headless)
    await expect.poll(instance.stderr, { timeout: 10_000 }).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/authorize\?/m)
    await fetch(/^http:.*$/m.exec(instance.stderr())?.[0] ?? '')
    await instance.connected
    expect(await openedPages()).toEqual([])
  })

  it('connects without a question after "mcpwright login", and asks again after "logout"', async () => {
    expect(await run('login', server.url)).toMatchObject({ code: 0, stdout: expect.stringContaining('Logged in') })
    await startInstance(server.url).connected
    expect(authorization.pages).toHaveLength(1)
    expect(await run('logout', server.url)).toMatchObject({ code: 0, stdout: expect.stringContaining('Forgot') })
    await startInstance(server.url).connected
    expect(authorization.pages).toHaveLength(2)
  })

  it('sends headers with the values of environment variables, shows them to nobody, and takes them to no other host', async () => {
    const seen: (string | undefined)[] = []
    const [elsewhere, first] = [createServer(), createServer()]
    elsewhere.on('request', (_request, response) => {
      seen.push('elsewhere')
      response.end()
    })
    first.on('request', (request, response) => {
      seen.push(String(request.headers['x-api-key']))
      response.writeHead(307, { location: addressOf(elsewhere) }).end()
    })
    for (const each of [elsewhere, first]) {
      each.listen(0, '127.0.0.1')
      await once(each, 'listening')
    }
    const env = { ...environment, MY_KEY: 'very-secret' }
    const instance = startInstance(addressOf(first), ['--header', 'X-Api-Key: ${MY_KEY}'], env)
    await expect(instance.connected).rejects.toMatchObject({
      message: expect.stringContaining(new URL(addressOf(elsewhere)).host),
    })
    expect(new Set(seen)).toEqual(new Set(['very-secret']))
    expect(instance.stderr()).not.toContain('very-secret')
    for (const each of [elsewhere, first]) each.close().closeAllConnections()
  })

  it.each([
    { words: ['connect', 'ftp://files.example'], says: 'not a web address' },
    { words: ['connect', 'http://mcp.example/mcp'], says: '--allow-http' },
    { words: ['connect', 'https://a:b@mcp.example/mcp'], says: 'user name or password' },
    { words: ['connect', 'https://mcp.example', '--header', 'Key: ${NOT_SET}'], says: '"NOT_SET"' },
    { words: ['connect', 'https://mcp.example', '--header', 'nothing'], says: 'no colon' },
    { words: ['connect', 'https://mcp.example', '--transport', 'pigeon'], says: 'streamable-http, sse' },
    { words: ['connect', 'https://mcp.example', '--callback-port', '0'], says: '1 to 65535' },
    { words: ['connect', 'https://mcp.example', '--client-secret-env', 'NOT_SET'], says: '"NOT_SET"' },
  ])('refuses $words and says what to do', async ({ words, says }) => {
    expect(await run(...words)).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(says) })
  })
})

function addressOf(listening: ReturnType<typeof createServer>): string {
  // A TCP server's address is an AddressInfo.
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}/mcp`
}

async function run(...words: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return await new Promise((resolve) => {
    const child = execFile(process.execPath, [launcher, ...words], { env: environment }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    )
  })
}
