import { execFile } from 'node:child_process'
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { grpcImporter } from '../../generators/importers/grpc/grpc-importer.ts'
import { soapImporter } from '../../generators/importers/soap/soap-importer.ts'
import { emitProject } from '../../generators/project/emit-project.ts'
import { toTool } from '../../src/pipeline/import-tool.ts'
import { projectSurroundings } from '../../src/pipeline/workshop/package-sources.ts'
import { writeFiles } from '../../src/pipeline/workshop/project-folder.ts'
import { startWorker } from '../fixtures/start-worker.ts'
import { type ConnectPeer, startConnectPeer } from '../generators/importers/grpc/connect-peer.ts'
import { fixtureText, operationNamed } from '../generators/importers/read-fixture.ts'
import { type SoapPeer, startSoapPeer } from '../generators/importers/soap/soap-peer.ts'
import { sampleDefinition } from '../generators/project/sample-definition.ts'

const run = promisify(execFile)
const root = path.resolve(import.meta.dirname, '../..')
let desk: SoapPeer
let rpc: ConnectPeer
let folder: string

beforeAll(async () => {
  desk = await startSoapPeer(fixtureText('desk.wsdl'), {
    DeskPort: ['LendItem', 'FindTitle', 'DeleteAll', 'GetSecret'],
  })
  rpc = await startConnectPeer(fixtureText('desk.proto'))
  folder = await mkdtemp(path.join(tmpdir(), 'mcpwright-protocols-'))
  await writeFiles(folder, emitProject(await definition(), projectSurroundings()))
  await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'))
})

afterAll(async () => {
  await desk[Symbol.asyncDispose]()
  await rpc[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

/** A title by SOAP, a number by Connect, and the same by gRPC itself under the name `peek`. */
async function definition() {
  const soap = await soapImporter.read(fixtureText('desk.wsdl'), { baseUrl: desk.origin })
  const connect = await grpcImporter.read(fixtureText('desk.proto'), { baseUrl: rpc.origin })
  const grpc = await grpcImporter.read(fixtureText('desk.proto'), { baseUrl: rpc.h2c.replace('http', 'grpc') })
  const chosen = [operationNamed(soap, 'get_secret'), operationNamed(connect, 'look_up'), operationNamed(grpc, 'peek')]
  const credentials = [...soap.credentials, ...connect.credentials]
  return { ...sampleDefinition, tools: chosen.map(toTool), resources: [], prompts: [], tests: [], credentials }
}

describe('a project that speaks SOAP and gRPC, taken away', () => {
  it('passes its own tests', async () => {
    await run('node', ['build.mjs'], { cwd: folder })
    await expect(run('node', ['--test', 'dist/test.mjs'], { cwd: folder })).resolves.toBeDefined()
  })

  it('speaks SOAP and Connect on Workers, where gRPC itself is refused in words', async () => {
    desk.answers.GetSecret = () => ({})
    rpc.methods.lookUp = ({ value }) => ({ value: `No. ${String(value)}` })
    const env = { MCP_TOKEN: 'open-sesame-1', AUTH_HEADER_USER_NAME: 'ada', AUTH_HEADER_PASSWORD: 'a&b' }
    await using worker = await startWorker(path.join(folder, 'src/entries/worker.ts'), env)
    const client = new Client({ name: 'test', version: '1.0.0' })
    const authorization = `Bearer ${env.MCP_TOKEN}`
    await client.connect(
      new StreamableHTTPClientTransport(new URL(`${worker.url}/mcp`), { requestInit: { headers: { authorization } } }),
    )
    const call = async (name: string, input: Record<string, unknown>) => {
      const { content } = await client.callTool({ name, arguments: input })
      return content[0]?.type === 'text' ? content[0].text : ''
    }
    expect(await call('look_up', { value: '12' })).toBe('No. 12')
    await call('get_secret', {})
    expect(desk.calls[0]?.headers).toMatchObject({ AuthHeader: { UserName: 'ada', Password: 'a&b' } })
    expect(await call('peek', {})).toContain('Cloudflare Workers do not speak gRPC')
    await client.close()
  })
})
