import { mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEgress, type Egress } from '../../src/net/egress.ts'
import type { ResolveHost } from '../../src/net/public-lookup.ts'
import { type Canary, CANARY_TEXT, startCanary } from './canary.ts'
import { type Door, DOORS, type Doors, importReferring, openDoors } from './doors-out.ts'

/** Ways to write this machine, or a place where a cloud tells secrets; PORT is the canary's. */
const SPELLINGS = [
  'http://127.0.0.1:PORT/',
  'http://localhost:PORT/',
  'http://LOCALHOST.:PORT/',
  'http://sub.localhost:PORT/',
  'http://127.1:PORT/',
  'http://2130706433:PORT/',
  'http://0x7f000001:PORT/',
  'http://0x7f.0.0.1:PORT/',
  'http://0177.0.0.1:PORT/',
  'http://017700000001:PORT/',
  'http://0.0.0.0:PORT/',
  'http://0:PORT/',
  'http://[::1]:PORT/',
  'http://[::]:PORT/',
  'http://[::ffff:127.0.0.1]:PORT/',
  'http://[::ffff:7f00:1]:PORT/',
  'http://[::127.0.0.1]:PORT/',
  'http://[64:ff9b::127.0.0.1]:PORT/',
  'http://１２７.０.０.１:PORT/',
  'http://ⓛocalhost:PORT/',
  'https://named-for-loopback.example:PORT/',
  'http://user@127.0.0.1:PORT/',
  'http://api.example@127.0.0.1:PORT/',
  'http://127.0.0.1:PORT\\@api.example/',
  'https://169.254.169.254/latest/meta-data',
  'https://[fd00:ec2::254]/latest/meta-data',
  'https://metadata.google.internal/',
  'https://100.100.100.200/',
  'https://10.0.0.1/',
  'https://printer/',
]

/** Names as a stranger's resolver would answer them: loopback, whatever is asked. */
const strangersDns: ResolveHost = (_, __, callback) =>
  void setImmediate(callback, null, [{ address: '127.0.0.1', family: 4 }])

let canary: Canary
let doors: Doors

beforeAll(async () => {
  canary = await startCanary()
  doors = await openDoors((site) => createEgress({ allowLocal: new Set([site]), resolve: strangersDns }))
})
afterAll(async () => {
  await doors[Symbol.asyncDispose]()
  canary[Symbol.dispose]()
})
beforeEach(() => void canary.hits.splice(0))

describe.each(DOORS)('%s', (door) => {
  it.each(SPELLINGS)('does not lead to %s', async (spelling) => {
    const seen = await doors.enter(door, spelling.replace('PORT', String(canary.port)))
    expect(canary.hits).toEqual([])
    expect(seen).not.toContain(CANARY_TEXT)
    expect(isQuiet(door) || REFUSED.test(seen), seen).toBe(true)
  })

  it('leads there once a person has opened it, so that the test above means something', async () => {
    const address = `http://127.0.0.1:${canary.port}/openapi.json`
    const egress = () => createEgress({ allowLocal: new Set([new URL(address).host, doors.site]) })
    await using open = await openDoors((site) => createEgress({ allowLocal: new Set([new URL(address).host, site]) }))
    const seen = isReference(door) ? await referTo('./part.json', address, egress()) : await open.enter(door, address)
    // What comes back is read, and is no answer of a provider or an MCP server.
    expect(seen).toMatch(new RegExp(`${CANARY_TEXT}|speaks for another issuer|without an MCP message`))
    expect(canary.hits).not.toEqual([])
  })
})

const REFUSED = /^refused: .*(MCPWRIGHT_ALLOW_LOCAL=|Leave it out|Add the host|credentials)/

/** These tell what they left out, and go on: a description or a page is not refused for one address in it. */
function isQuiet(door: Door): boolean {
  return isReference(door) || door === 'an address that a documentation page names'
}

/** References lead to their description's own host only, whoever opened another. */
function isReference(door: Door): boolean {
  return door === 'a reference of a description'
}

async function referTo(reference: string, origin: string, egress: Egress): Promise<string> {
  try {
    return JSON.stringify(await importReferring(reference, origin, egress))
  } finally {
    await egress.close()
  }
}

describe('a reference of a description', () => {
  let folder: string
  beforeAll(async () => {
    folder = await realpath(await mkdtemp(path.join(tmpdir(), 'references-')))
    await writeFile(path.join(folder, 'api.json'), '{}')
    await writeFile(path.join(folder, 'secret.json'), JSON.stringify({ get: { summary: CANARY_TEXT, responses: {} } }))
  })
  afterAll(() => rm(folder, { recursive: true }))

  const REFERENCES = [
    ['a path', () => path.join(folder, 'secret.json')],
    ['a relative path', () => '../../../../../../../..' + path.join(folder, 'secret.json')],
    ['a file address', () => pathToFileURL(path.join(folder, 'secret.json')).href],
    ['a file address with a host', () => `file://localhost${folder}/secret.json`],
    ['a UNC path', () => `\\\\127.0.0.1@${canary.port}\\share\\openapi.json`],
    ['an address without a scheme', () => `//127.0.0.1:${canary.port}/openapi.json`],
    ['gopher', () => `gopher://127.0.0.1:${canary.port}/_GET%20/`],
    ['ftp', () => `ftp://127.0.0.1:${canary.port}/openapi.json`],
    ['data', () => `data:application/json,{"get":{"summary":"${CANARY_TEXT}","responses":{}}}`],
    ['a blob', () => `blob:http://127.0.0.1:${canary.port}/1`],
    ['a redirect of its own host', () => `./redirect?to=${encodeURIComponent(`http://127.0.0.1:${canary.port}/`)}`],
    [
      'two redirects of its own host',
      () => {
        const second = `http://${doors.site}/redirect?to=${encodeURIComponent(`http://[::1]:${canary.port}/`)}`
        return `./redirect?to=${encodeURIComponent(second)}`
      },
    ],
    ['another public host', () => 'https://evil.example/openapi.json'],
    ['a user name that looks like its own host', () => `http://${doors.site}@127.0.0.1:${canary.port}/`],
  ] as const satisfies readonly (readonly [string, () => string])[]

  it.each(REFERENCES)('does not lead out of its host: %s', async (_, reference) => {
    const egress = createEgress({ allowLocal: new Set([doors.site]), resolve: strangersDns })
    const seen = await referTo(reference(), `http://${doors.site}/openapi.json`, egress)
    expect(canary.hits).toEqual([])
    // What is left out is named, and the address of data holds the text itself.
    expect(JSON.parse(seen)).toMatchObject({ operations: [], skipped: [{}] })
  })

  it.each([
    '../secret.json',
    'SECRET',
    'link.json',
    'FILE-SECRET',
    'http://127.0.0.1:PORT/part.json',
    '%2e%2e/secret.json',
  ])('does not lead out of its folder: %s', async (reference) => {
    const inner = await mkdtemp(path.join(folder, 'inner-'))
    await writeFile(path.join(inner, 'api.json'), '{}')
    await symlink(path.join(folder, 'secret.json'), path.join(inner, 'link.json'))
    const secret = path.join(folder, 'secret.json')
    const address = reference
      .replace('FILE-SECRET', pathToFileURL(secret).href)
      .replace('SECRET', secret)
      .replace('PORT', String(canary.port))
    const egress = createEgress({ allowLocal: new Set() })
    const seen = await referTo(address, pathToFileURL(path.join(inner, 'api.json')).href, egress)
    expect(seen).not.toContain(CANARY_TEXT)
    expect(canary.hits).toEqual([])
    expect(JSON.parse(seen)).toMatchObject({ operations: [], skipped: [{}] })
  })

  it('leads to the file beside it', async () => {
    const egress = createEgress({ allowLocal: new Set() })
    const seen = await referTo('./secret.json', pathToFileURL(path.join(folder, 'api.json')).href, egress)
    expect(seen).toContain(CANARY_TEXT)
  })
})

describe('a resolver that changes its answer', () => {
  it.each(['request', 'open'] as const)('gains nothing by a first answer that was public (%s)', async (how) => {
    const abort = new AbortController()
    let answers = 0
    const rebinding: ResolveHost = (_, __, callback) => {
      answers++
      // The first connection is given up, so that nothing leaves for the public address.
      const address = answers === 1 ? '8.8.8.8' : '127.0.0.1'
      setImmediate(() => {
        if (address === '8.8.8.8') abort.abort(new Error('given up'))
        callback(null, [{ address, family: 4 }])
      })
    }
    const egress = createEgress({ allowLocal: new Set(), resolve: rebinding })
    const policy = { hosts: 'any', timeoutMs: 5_000, answerBytes: 100, redirects: 0 } as const
    const ask = (signal?: AbortSignal) =>
      egress[how]({ url: `https://rebinding.example:${canary.port}/`, ...(signal && { signal }) }, policy)
    await expect(ask(abort.signal)).rejects.toThrow('given up')
    for (let n = 0; n < 3; n++) await expect(ask()).rejects.toMatchObject({ code: 'LOCAL_HOST_BLOCKED' })
    expect(answers).toBe(4)
    expect(canary.hits).toEqual([])
    await egress.close()
  })
})
