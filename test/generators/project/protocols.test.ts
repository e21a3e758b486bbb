import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Code, ConnectError } from '@connectrpc/connect'
import { transform } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { grpcImporter } from '../../../generators/importers/grpc/grpc-importer.ts'
import { soapImporter } from '../../../generators/importers/soap/soap-importer.ts'
import { grpcFetch } from '../../../generators/project/emit-grpc-fetch.ts'
import { emitProject } from '../../../generators/project/emit-project.ts'
import type { ServerDefinition } from '../../../src/model/server-definition.ts'
import { toTool } from '../../../src/pipeline/import-tool.ts'
import { makeProject } from '../../../src/pipeline/workshop/make-project.ts'
import { projectSurroundings } from '../../../src/pipeline/workshop/package-sources.ts'
import { startConnectPeer } from '../importers/grpc/connect-peer.ts'
import { fixtureText } from '../importers/read-fixture.ts'
import { sampleDefinition } from './sample-definition.ts'

it('brings SOAP and its XML parser only where an operation speaks it', async () => {
  const { operations, credentials } = await soapImporter.read(fixtureText('desk.wsdl'), {})
  const tests = [
    {
      tool: 'find_title',
      name: 'a title',
      input: { FindTitle: 'x' },
      mocks: [{ response: { body: '<none/>' } }],
      expected: { isError: true, secrets: [] },
    },
  ]
  const definition = { ...sampleDefinition, tools: operations.map(toTool), credentials, tests }
  const files = emitProject(definition, projectSurroundings())
  expect(files['src/protocols.ts']).toContain("import { soapCodec } from './lib/soap/soap-codec.ts'")
  expect(files['src/server.ts']).toContain('  protocols,')
  expect(files['test/saved-tests.ts']).toContain('{ code, operations, protocols }')
  expect(JSON.parse(files['package.json'] ?? '').dependencies).toHaveProperty('saxes')
  const plain = Object.keys(emitProject(sampleDefinition, projectSurroundings()))
  expect(plain.filter((file) => /protocols|soap|grpc/.test(file))).toEqual([
    'src/lib/grpc/grpc-protocol.ts',
    'src/lib/soap/soap-protocol.ts',
  ])
  await expectToBuild(definition)
})

it('brings gRPC and its messages only where an operation speaks it', async () => {
  const { operations, credentials } = await grpcImporter.read(fixtureText('desk.proto'), {
    baseUrl: 'https://a.example',
  })
  const definition = { ...sampleDefinition, tools: operations.map(toTool), credentials, tests: [] }
  const files = emitProject(definition, projectSurroundings())
  expect(files['src/protocols.ts']).toContain('export const protocols: Protocols = { grpc: grpcCodec }')
  expect(JSON.parse(files['package.json'] ?? '').dependencies).toMatchObject({ '@bufbuild/protobuf': '2.17.0' })
  expect(files['src/entries/grpc-fetch.ts']).toBeUndefined()
  await expectToBuild(definition)
})

describe('a project whose tools speak gRPC itself', () => {
  it('does so on Node in a file of its own, and says on Workers that they cannot', async () => {
    const { operations } = await grpcImporter.read(fixtureText('desk.proto'), { baseUrl: 'grpcs://a.example' })
    const definition = { ...sampleDefinition, tools: operations.map(toTool), credentials: [], tests: [] }
    const files = emitProject(definition, projectSurroundings())
    for (const entry of ['stdio', 'http'])
      expect(files[`src/entries/${entry}.ts`]).toContain('{ env: process.env, code, fetch: grpcFetch, store')
    expect(files['src/entries/worker.ts']).toContain('createWorker({ parts, code, fetch: withoutGrpc })')
    await expectToBuild(definition)
  })

  it('reads the trailers of a server of another maker', async () => {
    const peer = await startConnectPeer(fixtureText('desk.proto'))
    try {
      peer.methods.settle = () => {
        throw new ConnectError('Gone.', Code.NotFound)
      }
      const { code } = await transform(grpcFetch, { loader: 'ts', format: 'esm' })
      const module: { grpcFetch: typeof fetch } = await import(`data:text/javascript,${encodeURIComponent(code)}`)
      const request = { method: 'POST', headers: { 'content-type': 'application/grpc+proto' }, body: new Uint8Array(5) }
      const answer = await module.grpcFetch(`${peer.h2c}/desk.v1.Desk/Settle`, request)
      expect((await answer.text()) + JSON.stringify([...answer.headers])).toMatch(/grpc-status[":, ]+5/)
    } finally {
      await peer[Symbol.asyncDispose]()
    }
  })
})

async function expectToBuild(definition: ServerDefinition): Promise<void> {
  const cache = await mkdtemp(path.join(tmpdir(), 'mcpwright-cache-'))
  try {
    expect((await makeProject(definition, [], cache)).made?.checks).toMatchObject([{ ok: true }, { ok: true }])
  } finally {
    await rm(cache, { recursive: true, force: true })
  }
}
