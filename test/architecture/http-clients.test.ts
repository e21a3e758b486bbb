import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { callsOf, readImports, readSource, root, sourceFiles } from './source-files.ts'

/** Where something leaves by another way than egress, and why it may. */
const OTHER_WAYS_OUT: Readonly<Record<string, { readonly ways: readonly string[]; readonly why: string }>> = {
  'src/daemon/ask-daemon.ts': {
    ways: ['takes request of node:http'],
    why: 'a command asks its own daemon, on 127.0.0.1',
  },
  'bridge/connect/send-http.ts': {
    ways: ['takes * of node:http', 'takes * of node:https'],
    why: 'a door carries its client to its own daemon, on 127.0.0.1',
  },
  'src/db/postgres.ts': { ways: ['takes Pool of pg', 'takes types of pg'], why: 'the database of DATABASE_URL' },
  'src/db/postgres-listener.ts': {
    ways: ['takes Client of pg', 'takes escapeIdentifier of pg'],
    why: 'the database of DATABASE_URL',
  },
  'src/db/postgres-failure.ts': { ways: ['takes DatabaseError of pg'], why: 'reads errors of that database' },
  'runtime/library/server/standalone-host.ts': {
    ways: ['uses fetch'],
    why: 'a project that was taken away has a fetch of its own',
  },
  'runtime/library/worker/limit-globals.ts': {
    ways: ['uses fetch'],
    why: 'on Workers the library limits the fetch of the platform to the hosts of the server',
  },
  'runtime/targets/cloudflare/platform/outbound.ts': {
    ways: ['uses fetch'],
    why: 'it runs at Cloudflare, and sends on what a hosted server may send',
  },
  'runtime/library/external/external-caller.ts': {
    ways: ['uses fetch'],
    why: 'such a project reaches its connected servers itself',
  },
  'generators/project/emit-grpc-fetch.ts': {
    ways: ['takes * of node:http2', 'takes connect of node:http2'],
    why: 'the text of a file of such a project',
  },
  'generators/project/emit-certificate-fetch.ts': {
    ways: ['takes * of node:http', 'takes IncomingMessage of node:http', 'takes request of node:https'],
    why: 'the text of a file of such a project',
  },
}

/** Modules that open connections, and what of them opens none. */
const HARMLESS: Readonly<Record<string, readonly string[]>> = {
  http: ['createServer', 'Server', 'STATUS_CODES'],
  https: ['createServer', 'Server'],
  http2: [],
  net: ['createServer', 'Server', 'isIP', 'isIPv4', 'isIPv6', 'BlockList'],
  tls: [],
  dgram: [],
  dns: [],
  'dns/promises': [],
  inspector: [],
  pg: [],
  ws: ['WebSocketServer'],
}

const CLIENT_PACKAGES =
  /^(undici|axios|got|ky|needle|request|superagent|node-fetch|cross-fetch|ofetch|phin|bent|wretch|gaxios|eventsource|https?-proxy-agent|agent-base|@aws-sdk\/.*|@octokit\/(request|rest|core)|socket\.io-client|ssh2|nodemailer)(\/|$)/

/** What of the MCP client takes the global fetch when it is given none. */
const ASKING = [
  'registerClient',
  'exchangeAuthorization',
  'refreshAuthorization',
  'discover\\w+',
  'auth',
  'fetchToken',
  'StreamableHTTPClientTransport',
  'SSEClientTransport',
]

/** Where it may, and why. */
const MAY_ASK: Readonly<Record<string, string>> = {
  'src/cli/verbs/meta-session.ts calls StreamableHTTPClientTransport without a fetch':
    'a command asks its own daemon, on 127.0.0.1',
  'runtime/library/external/external-caller.ts calls StreamableHTTPClientTransport without a fetch':
    'a project that was taken away reaches its connected servers itself',
  'runtime/library/external/external-caller.ts calls SSEClientTransport without a fetch': 'the same, over SSE',
}

const folder = mkdtempSync(path.join(tmpdir(), 'http-clients-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** The ways out of a text that are seen by what it imports. */
function importedWays(file: string, text: string): string[] {
  return readImports(text)
    .filter(({ typeOnly }) => !typeOnly)
    .flatMap(({ specifier, names }) => {
      if (CLIENT_PACKAGES.test(specifier)) return [`${file} takes ${specifier}`]
      const module = specifier.replace(/^node:/, '')
      const harmless = Object.hasOwn(HARMLESS, module) ? HARMLESS[module] : undefined
      const taken = harmless ? names.filter((name) => !harmless.includes(name)) : []
      return taken.map((name) => `${file} takes ${name} of ${specifier}`)
    })
}

/** The ways out by globals; a linter knows which names are declared in a file, such as a `fetch` that was handed in. */
function globalWays(base: string, folders: readonly string[]): string[] {
  const config = path.join(folder, 'rules.json')
  const globals = ['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest']
  const rules = { 'no-restricted-globals': ['error', ...globals] }
  writeFileSync(config, JSON.stringify({ plugins: [], categories: { correctness: 'off' }, rules }))
  const linter = path.join(root, 'node_modules', 'oxlint', 'bin', 'oxlint')
  const words = [linter, '-c', config, '-f', 'unix', '--no-ignore', ...folders]
  const said = runFailing(process.execPath, words, base)
  const found = said.matchAll(/^(.+?):(\d+):(\d+): Unexpected use of '(\w+)'/gm)
  return Array.from(found, ([, file = '', line, column, name]) => {
    const lines = readSource(path.relative(root, path.join(base, file))).split('\n')
    const before = lines[Number(line) - 1]?.slice(0, Number(column) - 1)
    // Its type is only a description.
    return before?.endsWith('typeof ') ? [] : [`${file} uses ${name}`]
  }).flat()
}

/** A linter that found something ends with 1. */
function runFailing(command: string, words: readonly string[], cwd: string): string {
  try {
    return execFileSync(command, words, { cwd, env: {}, encoding: 'utf8', stdio: 'pipe' })
  } catch (error) {
    if (error instanceof Error && 'stdout' in error && 'status' in error && error.status === 1)
      return String(error.stdout)
    throw error
  }
}

/** `globalThis.fetch` and its kin. */
function memberWays(file: string, text: string): string[] {
  const found = text.matchAll(
    /(?<!typeof )\b(?:globalThis|global|self|window)\s*(?:\.\s*|\[\s*['"`])(fetch|WebSocket|EventSource|XMLHttpRequest)\b/g,
  )
  return Array.from(found, ([, name]) => `${file} uses ${name}`)
}

/** Calls of the MCP client that go out by themselves. */
function unfetchedCalls(file: string, text: string): string[] {
  const names = readImports(text).find(
    ({ specifier, typeOnly }) => specifier === '@modelcontextprotocol/client' && !typeOnly,
  )
  if (!names) return []
  return ASKING.flatMap((name) => callsOf(text, name))
    .filter((call) => !/\bfetch\b/.test(call))
    .map((call) => `${file} calls ${call.split('(')[0]} without a fetch`)
}

const outside = (file: string) => !file.startsWith('src/net/')

describe('the way out', () => {
  it('is src/net, but for the named places', () => {
    const files = sourceFiles().filter(outside)
    const ways = [
      ...files.flatMap((file) => importedWays(file, readSource(file))),
      ...files.flatMap((file) => memberWays(file, readSource(file))),
      ...globalWays(root, ['src', 'generators', 'runtime', 'bridge']).filter(outside),
    ]
    const named = Object.entries(OTHER_WAYS_OUT).flatMap(([file, place]) => place.ways.map((way) => `${file} ${way}`))
    expect([...new Set(ways)].toSorted()).toEqual(named.toSorted())
  })

  it('is handed to whatever of the MCP client would go out by itself', () => {
    const files = sourceFiles().filter((file) => readSource(file).includes("'@modelcontextprotocol/client'"))
    expect(files).toContain('bridge/connect/login/credentials.ts')
    const calls = new Set(files.flatMap((file) => unfetchedCalls(file, readSource(file))))
    expect([...calls].toSorted()).toEqual(Object.keys(MAY_ASK).toSorted())
  })

  it.each([
    ["import { request } from 'node:https'", 'x.ts takes request of node:https'],
    ["import { get as ask } from 'http'", 'x.ts takes get of http'],
    ["import https from 'node:https'", 'x.ts takes * of node:https'],
    ["import * as net from 'node:net'", 'x.ts takes * of node:net'],
    ["import { createServer, connect } from 'node:net'", 'x.ts takes connect of node:net'],
    ["import {\n  Socket,\n} from 'node:net'", 'x.ts takes Socket of node:net'],
    ["import { connect } from 'node:tls'", 'x.ts takes connect of node:tls'],
    ["import { connect } from 'node:http2'", 'x.ts takes connect of node:http2'],
    ["import { lookup } from 'node:dns/promises'", 'x.ts takes lookup of node:dns/promises'],
    ["export { request } from 'node:http'", 'x.ts takes request of node:http'],
    ["const { request } = await import('node:http')", 'x.ts takes * of node:http'],
    ["const { request } = require('http')", 'x.ts takes * of http'],
    ["process.getBuiltinModule('node:net').connect(1)", 'x.ts takes * of node:net'],
    ["import WebSocket, { WebSocketServer } from 'ws'", 'x.ts takes * of ws'],
    ["import { fetch } from 'undici'", 'x.ts takes undici'],
    ["import got from 'got'", 'x.ts takes got'],
  ])('would be seen elsewhere: %s', (text, way) => {
    expect(importedWays('x.ts', text)).toEqual([way])
  })

  it.each([
    "import type { IncomingMessage } from 'node:http'",
    "import { createServer, type IncomingMessage } from 'node:http'",
    "import { BlockList, isIP } from 'node:net'",
    "import { WebSocketServer, type WebSocket } from 'ws'",
  ])('is not what only serves: %s', (text) => {
    expect(importedWays('x.ts', text)).toEqual([])
  })

  it('would be seen where a global is used, also by another name, but not where a fetch was handed in', () => {
    writeFileSync(
      path.join(folder, 'wrong.ts'),
      'export const a = () => fetch("https://a.example")\nnew WebSocket("wss://a")\n',
    )
    writeFileSync(
      path.join(folder, 'right.ts'),
      'export const b = ({ fetch }: { fetch: typeof globalThis.fetch }) => fetch("x")\n',
    )
    expect(globalWays(folder, ['wrong.ts', 'right.ts']).toSorted().toReversed()).toEqual([
      'wrong.ts uses fetch',
      'wrong.ts uses WebSocket',
    ])
    expect(memberWays('x.ts', 'globalThis.fetch(1); self["WebSocket"]')).toEqual([
      'x.ts uses fetch',
      'x.ts uses WebSocket',
    ])
    expect(memberWays('x.ts', 'let a: typeof globalThis.fetch')).toEqual([])
  })

  it('would be missed in a call of the MCP client without a fetch', () => {
    const text =
      "import { registerClient } from '@modelcontextprotocol/client'\nregisterClient(issuer, { metadata: f(1) })"
    expect(unfetchedCalls('x.ts', text)).toEqual(['x.ts calls registerClient without a fetch'])
  })
})
