import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Server as GrpcServer, ServerCredentials } from '@grpc/grpc-js'
import { loadSync, type PackageDefinition } from '@grpc/proto-loader'
import { ReflectionService } from '@grpc/reflection'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { grpcImporter } from '../../generators/importers/grpc/grpc-importer.ts'
import type { Server } from '../../src/model/server.ts'
import { createEgress, type Egress } from '../../src/net/egress.ts'
import { isGrpcAddress, reflect } from '../../src/pipeline/reflect.ts'
import { fixtureText } from '../generators/importers/read-fixture.ts'

const servers: GrpcServer[] = []
let egress: Egress
let telling: string
let silent: string

beforeAll(async () => {
  const definition = await loadDesk()
  telling = await start((server) => new ReflectionService(definition).addToServer(server))
  silent = await start(() => {})
  egress = createEgress({ allowLocal: new Set([telling, silent]) })
})

afterAll(async () => {
  await egress.close()
  for (const server of servers) server.forceShutdown()
})

async function loadDesk(): Promise<PackageDefinition> {
  const folder = await mkdtemp(path.join(tmpdir(), 'mcpwright-reflect-'))
  try {
    await writeFile(path.join(folder, 'desk.proto'), fixtureText('desk.proto').replace(/\n.*rpc Broken.*/, ''))
    const includeDirs = [folder, path.resolve(import.meta.dirname, '../../node_modules/protobufjs')]
    return loadSync('desk.proto', { includeDirs, keepCase: true })
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** @returns its host */
async function start(prepare: (server: GrpcServer) => void): Promise<string> {
  const server = new GrpcServer()
  servers.push(server)
  prepare(server)
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    )
  })
  return `127.0.0.1:${port}`
}

function ask(host: string) {
  const secrets = { load: async () => ({ names: () => [], value: () => undefined }) }
  // Only its ids are used.
  const server = { id: 's', tenantId: 't' } as unknown as Server
  // As above: the store is asked for nothing else.
  const services = { egress, secrets } as unknown as Parameters<typeof reflect>[2]
  return reflect(`grpc://${host}`, server, services, new AbortController().signal)
}

describe('a gRPC server', () => {
  it('tells its services, which are then called where they were asked for', async () => {
    const description = await ask(telling)
    expect(grpcImporter.recognizes(description.text)).toBe(true)
    const { operations } = await grpcImporter.read(description.text, description)
    expect(operations.map(({ name }) => name)).toEqual(['lend_item', 'look_up', 'settle', 'peek', 'watch_loans'])
    expect(operations[0]?.call).toMatchObject({ protocol: { wire: 'grpc' }, servers: [{ url: `http://${telling}` }] })
    expect(operations[0]?.inputSchema).toMatchObject({ properties: { until: { format: 'date-time' } } })
  })

  it('that has no reflection is told apart, with what to do instead', async () => {
    await expect(ask(silent)).rejects.toMatchObject({
      code: 'DESCRIPTION_UNREADABLE',
      message: expect.stringContaining('status 12'),
      fix: expect.stringContaining('.proto'),
    })
  })
})

it.each([
  ['grpc://a.example:50051', true],
  ['grpcs://a.example', true],
  ['grpc+https://a.example', true],
  ['https://a.example/desk.proto', false],
])('%s is the address of a server: %s', (url, isServer) => {
  expect(isGrpcAddress(url)).toBe(isServer)
})
