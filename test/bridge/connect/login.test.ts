import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { callForText } from '../fixtures/clients.ts'
import {
  type AuthorizationServerFixture,
  type AuthorizationSettings,
  startAuthorizationServer,
} from './fixtures/authorization-server.ts'
import { type RemoteServer, startLegacyOnly, startModernOnly } from './fixtures/old-servers.ts'
import { type ProtectedServer, type ProtectionSettings, startProtectedServer } from './fixtures/protected-server.ts'
import { connectLegacy, connectModern, type DoorSettings, type Machine, startMachine } from './fixtures/remote-door.ts'

let machine: Machine
let authorization: AuthorizationServerFixture
let target: RemoteServer
let server: ProtectedServer

beforeEach(async () => {
  machine = await startMachine()
})

afterEach(async () => {
  await machine[Symbol.asyncDispose]()
  for (const each of [server, target, authorization]) await each[Symbol.asyncDispose]()
})

async function start(
  settings: AuthorizationSettings = { supportsRegistration: true },
  protection: Partial<ProtectionSettings> = {},
  startTarget = startLegacyOnly,
): Promise<void> {
  authorization = await startAuthorizationServer(settings)
  target = await startTarget()
  server = await startProtectedServer({ target: () => target.url, authorization, ...protection })
}

const door = (settings: Partial<DoorSettings> = {}) => machine.open({ url: server.url, ...settings })

async function echo(settings: Partial<DoorSettings> = {}): Promise<string> {
  return await callForText(await connectLegacy(door(settings)), 'echo', { text: 'hello' })
}

describe('a login', () => {
  it('registers by itself, asks for the resource and scope that the server named, and proves the code is its own', async () => {
    await start()
    expect(await echo()).toBe('hello')
    expect(authorization.registrations).toMatchObject([
      { application_type: 'native', token_endpoint_auth_method: 'none' },
    ])
    const [page] = authorization.pages
    expect(Object.fromEntries(page ?? [])).toMatchObject({
      code_challenge_method: 'S256',
      resource: server.url,
      scope: 'read offline_access',
      redirect_uri: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/callback$/),
    })
    expect(authorization.registrations[0]?.['redirect_uris']).toEqual([page?.get('redirect_uri')])
  })

  it('serves a client of 2026-07-28 before a server of that era too', async () => {
    await start(undefined, {}, startModernOnly)
    const client = await connectModern(door())
    expect(await callForText(client, 'echo', { text: 'hello' })).toBe('hello')
  })

  it('uses a client ID metadata document where the server takes one', async () => {
    await start({ supportsMetadataDocuments: true, supportsRegistration: true })
    const metadataUrl = 'https://client.example/mcp.json'
    expect(await echo({ identity: { metadataUrl } })).toBe('hello')
    expect(authorization.pages[0]?.get('client_id')).toBe(metadataUrl)
    expect(authorization.registrations).toEqual([])
  })

  it('uses a client that a person registered, and keeps its secret out of the files', async () => {
    const registered = { id: 'by-hand', secret: 'the-secret-of-the-client' }
    await start({ registered, supportsRegistration: true })
    expect(await echo({ identity: registered })).toBe('hello')
    expect(authorization.pages[0]?.get('client_id')).toBe('by-hand')
    expect(authorization.registrations).toEqual([])
    expect(await allFiles()).not.toContain(registered.secret)
  })

  it('finds the description at its well-known place when the answer names none', async () => {
    await start(undefined, { namesMetadata: false })
    expect(await echo()).toBe('hello')
  })

  it('is kept for the next start, readable by its owner alone', async () => {
    await start()
    await echo()
    expect(await echo()).toBe('hello')
    expect(authorization.pages).toHaveLength(1)
    const files = (await readdir(machine.logins)).filter((name) => name.endsWith('.json'))
    const modes = await Promise.all(
      files.map(async (name) => (await stat(path.join(machine.logins, name))).mode & 0o777),
    )
    expect(modes).toEqual([0o600])
    expect((await stat(machine.logins)).mode & 0o777).toBe(0o700)
  })

  it('tells the person where to log in, and no token or code', async () => {
    await start()
    await echo()
    expect(machine.told).toEqual([expect.stringContaining(new URL(authorization.issuer).origin)])
    expect(machine.told.join()).not.toMatch(/access-|refresh-|code=/)
  })
})

describe('a token', () => {
  it('that no longer holds is refreshed, without the person', async () => {
    await start()
    const client = await connectLegacy(door())
    authorization.expireAll()
    expect(await callForText(client, 'echo', { text: 'on' })).toBe('on')
    expect(authorization.pages).toHaveLength(1)
    expect(authorization.grants.map((grant) => grant.get('grant_type'))).toEqual([
      'authorization_code',
      'refresh_token',
    ])
    expect(authorization.grants[1]?.get('resource')).toBe(server.url)
  })

  it('that is about to end is refreshed before the server refuses it', async () => {
    let nowMs = Date.now()
    await start({ supportsRegistration: true, tokenSeconds: 3_600 })
    const client = await connectLegacy(door({ now: () => nowMs }))
    nowMs += 3_590_000
    const before = refusals()
    expect(await callForText(client, 'echo', { text: 'on' })).toBe('on')
    expect(refusals()).toBe(before)
    expect(authorization.grants).toHaveLength(2)
  })

  it('that lives for seconds is not refreshed for each request', async () => {
    const nowMs = Date.now()
    await start({ supportsRegistration: true, tokenSeconds: 10 })
    const client = await connectLegacy(door({ now: () => nowMs }))
    for (const text of ['one', 'two']) expect(await callForText(client, 'echo', { text })).toBe(text)
    expect(authorization.grants).toHaveLength(1)
  })

  it('that cannot be refreshed any more leads to a new login with the same client', async () => {
    await start()
    const client = await connectLegacy(door())
    authorization.expireAll()
    authorization.revokeAll()
    expect(await callForText(client, 'echo', { text: 'on' })).toBe('on')
    expect(authorization.pages).toHaveLength(2)
    expect(authorization.registrations).toHaveLength(1)
  })

  it('is refreshed once by three instances that find it ended at the same time', async () => {
    await start()
    const clients = await Promise.all([1, 2, 3].map(() => connectLegacy(door())))
    expect(authorization.pages).toHaveLength(1)
    authorization.expireAll()
    const answers = await Promise.all(clients.map((client) => callForText(client, 'echo', { text: 'on' })))
    expect(answers).toEqual(['on', 'on', 'on'])
    expect(authorization.pages).toHaveLength(1)
    expect(authorization.grants.map((grant) => grant.get('grant_type'))).toEqual([
      'authorization_code',
      'refresh_token',
    ])
  })

  it('is widened when a tool wants another scope, and keeps what it had', async () => {
    await start(undefined, { scopes: { fail: 'write' } })
    const client = await connectLegacy(door())
    expect(await callForText(client, 'fail')).toBe('It failed.')
    expect(authorization.pages.map((page) => page.get('scope'))).toEqual([
      'read offline_access',
      'read offline_access write',
    ])
    expect(await callForText(client, 'echo', { text: 'on' })).toBe('on')
  })

  it('is asked for once when the server wants a scope that is not granted', async () => {
    await start({ supportsRegistration: true, withholds: 'never' }, { scopes: { fail: 'never' } })
    const client = await connectLegacy(door())
    await expect(callForText(client, 'fail')).rejects.toMatchObject({ message: expect.stringContaining('"never"') })
    expect(authorization.pages).toHaveLength(2)
  })
})

describe('a login is refused, and no page opened,', () => {
  const cases: { why: string; settings: AuthorizationSettings; says: RegExp }[] = [
    {
      why: 'at a javascript: address',
      settings: { authorizationEndpoint: 'javascript:alert(1)' },
      says: /not https|could not be read/,
    },
    { why: 'at a file: address', settings: { authorizationEndpoint: 'file:///etc/passwd' }, says: /not https/ },
    {
      why: 'at a plain http address elsewhere',
      settings: { authorizationEndpoint: 'http://login.example/' },
      says: /not https/,
    },
    {
      why: 'when the metadata names another issuer',
      settings: { issuer: 'https://honest.example' },
      says: /honest\.example/,
    },
    { why: 'without PKCE', settings: { withoutPkce: true }, says: /PKCE/ },
    { why: 'when no client can be registered', settings: { supportsRegistration: false }, says: /--client-id/ },
  ]
  it.each(cases)('$why', async ({ settings, says }) => {
    await start({ supportsRegistration: true, ...settings })
    await expect(connectLegacy(door())).rejects.toMatchObject({ message: expect.stringMatching(says) })
    expect(machine.opened).toEqual([])
  })
})

describe('a login that ends badly', () => {
  it('says so, and opens no second page within a minute', async () => {
    let nowMs = Date.now()
    await start({ supportsRegistration: true, denies: true })
    const impatient = { now: () => nowMs }
    await expect(connectLegacy(door(impatient))).rejects.toMatchObject({
      message: expect.stringContaining('access_denied'),
    })
    await expect(connectLegacy(door(impatient))).rejects.toMatchObject({
      message: expect.stringContaining('access_denied'),
    })
    expect(machine.opened).toHaveLength(1)
    nowMs += 61_000
    await expect(connectLegacy(door(impatient))).rejects.toMatchObject({
      message: expect.stringContaining('access_denied'),
    })
    expect(machine.opened).toHaveLength(2)
  })

  it('takes no answer of another issuer', async () => {
    await start({ supportsRegistration: true, iss: 'https://attacker.example' })
    const refusal = connectLegacy(door())
    await expect(refusal).rejects.toMatchObject({ message: expect.stringContaining('did not come from') })
    expect(authorization.grants).toEqual([])
  })

  it('takes no answer without its own state', async () => {
    await start()
    expect(await echo({ browse: forgeThenFollow })).toBe('hello')
    expect(authorization.grants.map((grant) => grant.get('code'))).not.toContain('stolen')
  })

  it('tells a client that waits what it waits for, and goes on', async () => {
    await start()
    const client = await connectLegacy(door())
    const waiting = Promise.withResolvers<void>()
    const slow = await connectLegacyWithPage(waiting.promise)
    await expect(callForText(slow, 'echo', { text: 'now' })).rejects.toMatchObject({
      code: -32603,
      message: expect.stringContaining('waits for a person'),
    })
    waiting.resolve()
    const later = () => callForText(slow, 'echo', { text: 'later' }).catch(() => '')
    await expect.poll(later, { timeout: 10_000 }).toBe('later')
    expect(await callForText(client, 'echo', { text: 'too' })).toBe('too')
  })
})

/** A client whose person looks at the page only when they are ready; its token has ended since it connected. */
async function connectLegacyWithPage(ready: Promise<void>): Promise<Awaited<ReturnType<typeof connectLegacy>>> {
  let isFirst = false
  const browse = async (page: string): Promise<void> => {
    if (!isFirst) await ready
    await fetch(page)
  }
  isFirst = true
  const client = await connectLegacy(door({ browse, loginAnswerMs: 20 }))
  isFirst = false
  authorization.expireAll()
  authorization.revokeAll()
  return client
}

it('sends a header to the server alone, and asks for no login then', async () => {
  await start()
  const refusal = connectLegacy(door({ headers: { authorization: 'Bearer from-the-person' } }))
  await expect(refusal).rejects.toMatchObject({ message: expect.stringContaining('--header') })
  expect(server.requests[0]?.headers.authorization).toBe('Bearer from-the-person')
  expect(machine.opened).toEqual([])
})

async function allFiles(): Promise<string> {
  const names = await readdir(machine.logins)
  const texts = await Promise.all(names.map((name) => readFile(path.join(machine.logins, name), 'latin1')))
  return texts.join('\n')
}

function refusals(): number {
  return server.requests.filter(({ status }) => status === 401).length
}

/** Somebody guesses before the person has said yes. */
async function forgeThenFollow(page: string): Promise<void> {
  const callback = new URL(page).searchParams.get('redirect_uri')
  const forged = await fetch(`${callback}?code=stolen&state=guessed`)
  expect(forged.status).toBe(404)
  await fetch(page)
}
