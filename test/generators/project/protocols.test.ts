import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it } from 'vitest'
import { grpcImporter } from '../../../generators/importers/grpc/grpc-importer.ts'
import { soapImporter } from '../../../generators/importers/soap/soap-importer.ts'
import { emitProject } from '../../../generators/project/emit-project.ts'
import { toTool } from '../../../src/pipeline/import-tool.ts'
import { makeProject } from '../../../src/pipeline/workshop/make-project.ts'
import { projectSurroundings } from '../../../src/pipeline/workshop/package-sources.ts'
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
  expect(JSON.parse(files['package.json'] ?? '').dependencies).toHaveProperty('fast-xml-parser')
  const plain = Object.keys(emitProject(sampleDefinition, projectSurroundings()))
  expect(plain.filter((file) => /protocols|soap|grpc/.test(file))).toEqual([
    'src/lib/grpc/grpc-protocol.ts',
    'src/lib/soap/soap-protocol.ts',
  ])
  const cache = await mkdtemp(path.join(tmpdir(), 'mcpwright-cache-'))
  try {
    expect((await makeProject(definition, [], cache)).made?.checks).toMatchObject([{ ok: true }, { ok: true }])
  } finally {
    await rm(cache, { recursive: true, force: true })
  }
})

it('brings gRPC and its messages only where an operation speaks it', async () => {
  const { operations, credentials } = await grpcImporter.read(fixtureText('desk.proto'), {
    baseUrl: 'https://a.example',
  })
  const definition = { ...sampleDefinition, tools: operations.map(toTool), credentials, tests: [] }
  const files = emitProject(definition, projectSurroundings())
  expect(files['src/protocols.ts']).toContain('export const protocols: Protocols = { grpc: grpcCodec }')
  expect(JSON.parse(files['package.json'] ?? '').dependencies).toMatchObject({ '@bufbuild/protobuf': '2.17.0' })
  const cache = await mkdtemp(path.join(tmpdir(), 'mcpwright-cache-'))
  try {
    expect((await makeProject(definition, [], cache)).made?.checks).toMatchObject([{ ok: true }, { ok: true }])
  } finally {
    await rm(cache, { recursive: true, force: true })
  }
})
