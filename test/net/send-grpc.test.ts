import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Server, ServerCredentials, status, type Metadata } from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { grpcImporter } from '../../generators/importers/grpc/grpc-importer.ts'
import { callOperation } from '../../runtime/library/call-operation.ts'
import { grpcCodec } from '../../runtime/library/grpc/grpc-codec.ts'
import { messagesOf } from '../../runtime/library/grpc/messages.ts'
import { createEgress, type Egress, type EgressPolicy } from '../../src/net/egress.ts'
import { egressFetch } from '../../src/net/egress-fetch.ts'
import { makeCertificates } from '../fixtures/certificates.ts'
import { fixtureText, operationNamed } from '../generators/importers/read-fixture.ts'
import { contextWith } from '../runtime/library/wire.ts'

const certificates = makeCertificates()
const servers: Server[] = []
let host: string
let egress: Egress

beforeAll(async () => {
  host = await startDesk(ServerCredentials.createInsecure())
  egress = createEgress({ allowLocal: new Set([host]) })
})

afterAll(async () => {
  await egress.close()
  for (const server of servers) server.forceShutdown()
})

/** @returns the host of a server that streams two loans, and settles for who has the token */
async function startDesk(credentials: ServerCredentials): Promise<string> {
  const api = await grpcImporter.read(fixtureText('desk.proto'), { baseUrl: 'grpc://a.example' })
  const { protocol } = operationNamed(api, 'watch_loans').call
  if (protocol?.kind !== 'grpc') throw new Error('It is no gRPC.')
  const messages = messagesOf(protocol.descriptor)
  const loan = (value: object) => Buffer.from(messages.encode(protocol.output, value))
  const plain = {
    requestSerialize: Buffer.from,
    requestDeserialize: (bytes: Buffer) => bytes,
    responseSerialize: (bytes: Buffer) => bytes,
    responseDeserialize: (bytes: Buffer) => bytes,
  }
  const server = new Server()
  servers.push(server)
  server.addService(
    {
      WatchLoans: { path: '/desk.v1.Desk/WatchLoans', requestStream: false, responseStream: true, ...plain },
      Settle: { path: '/desk.v1.Desk/Settle', requestStream: false, responseStream: false, ...plain },
    },
    {
      WatchLoans: (stream: { write(bytes: Buffer): void; end(): void }) => {
        stream.write(loan({ number: '1' }))
        stream.write(loan({ number: '2' }))
        stream.end()
      },
      Settle: ({ metadata }: { metadata: Metadata }, answer: (error: object | null, bytes?: Buffer) => void) => {
        const [token] = metadata.get('authorization')
        if (token === 'Bearer tok-1234567') return answer(null, Buffer.alloc(0))
        return answer({ code: status.UNAUTHENTICATED, details: 'Who? äöü' })
      },
    },
  )
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error ? reject(error) : resolve(bound))),
  )
  return `127.0.0.1:${port}`
}

function policyFor(at: string): EgressPolicy {
  return { hosts: new Set([at]), timeoutMs: 5_000, answerBytes: 100_000, redirects: 0 }
}

async function call(name: string, env: Record<string, string> = {}, way = egress, at = host, scheme = 'grpc') {
  const api = await grpcImporter.read(fixtureText('desk.proto'), { baseUrl: `${scheme}://${at}` })
  const credentials = api.credentials.map((credential) => ({ ...credential, name: 'TOKEN' }))
  const operation = operationNamed(api, name)
  const named = { ...operation, call: { ...operation.call, security: [['TOKEN'], []] } }
  const fetch = egressFetch(way, policyFor(at))
  const result = await callOperation(
    named,
    {},
    contextWith({ fetch, credentials, env, protocols: { grpc: grpcCodec } }),
  )
  const [block] = result.content
  return { ...result, text: block?.type === 'text' ? block.text : '' }
}

describe('a gRPC server of another maker', () => {
  it('is spoken to over HTTP/2, and its trailers are read', async () => {
    expect((await call('settle', { TOKEN: 'tok-1234567' })).structuredContent).toEqual({})
    expect((await call('settle')).text).toBe(
      'settle failed: UNAUTHENTICATED: Who? äöü\nThe credential was missing or not accepted: check its value, or set a new one.',
    )
  })

  it('streams, and says what it does not have', async () => {
    const loans = ['1', '2'].map((number) => ({ number, open: false, names: [] }))
    expect((await call('watch_loans')).structuredContent).toEqual({ messages: loans })
    expect((await call('peek')).text).toContain('peek failed: UNIMPLEMENTED')
  })

  it('on this machine is reached only when a person opened it', async () => {
    const closed = createEgress({ allowLocal: new Set() })
    try {
      expect((await call('settle', {}, closed)).text).toContain('is on this machine or a private network')
    } finally {
      await closed.close()
    }
  })
})

it.skipIf(!certificates)(
  'a server behind TLS is spoken to over HTTP/2, and trusted by its authority alone',
  async () => {
    const { authority = '', server = { cert: '', key: '' } } = certificates ?? {}
    const pair = { cert_chain: Buffer.from(server.cert), private_key: Buffer.from(server.key) }
    const at = await startDesk(ServerCredentials.createSsl(null, [pair]))
    const folder = await mkdtemp(path.join(tmpdir(), 'mcpwright-grpc-'))
    const caFile = path.join(folder, 'authority.pem')
    await writeFile(caFile, authority)
    const trusting = createEgress({ allowLocal: new Set([at]), caFile })
    const stranger = createEgress({ allowLocal: new Set([at]) })
    try {
      const env = { TOKEN: 'tok-1234567' }
      expect((await call('settle', env, trusting, at, 'grpcs')).structuredContent).toEqual({})
      expect((await call('settle', env, stranger, at, 'grpcs')).text).toContain('got no answer')
    } finally {
      await Promise.all([trusting.close(), stranger.close(), rm(folder, { recursive: true })])
    }
  },
)

it('a server that speaks HTTP/1.1 alone is told by name', async () => {
  const old = createServer((_request, response) => void response.end())
  old.listen(0, '127.0.0.1')
  await once(old, 'listening')
  // A TCP server's address is an AddressInfo.
  const at = `127.0.0.1:${(old.address() as AddressInfo).port}`
  const way = createEgress({ allowLocal: new Set([at]) })
  try {
    const request = {
      url: `http://${at}/a.S/Do`,
      method: 'POST',
      headers: [['content-type', 'application/grpc+proto']],
    } as const
    await expect(way.request(request, policyFor(at))).rejects.toMatchObject({
      code: 'UPSTREAM_UNREACHABLE',
      message: `"${at}" does not speak HTTP/2, which gRPC needs.`,
    })
  } finally {
    await way.close()
    old.closeAllConnections()
    old.close()
  }
})
