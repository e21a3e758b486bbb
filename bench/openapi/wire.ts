import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { openApiImporter } from '../../generators/importers/openapi/openapi-importer.ts'
import { callOperation } from '../../runtime/library/call-operation.ts'
import { isExact, startRecording } from './recording-server.ts'
import { type WireCase, wireCases, wireDescription } from './wire-cases.ts'

export interface WireScore {
  readonly exact: number
  readonly wrong: readonly string[]
}

type CallCase = (wireCase: WireCase) => Promise<void>
type Recording = Awaited<ReturnType<typeof startRecording>>

/** Our score on all cases. */
export async function scoreOurs(): Promise<WireScore> {
  await using recording = await startRecording()
  const { operations, credentials } = await openApiImporter.read(
    JSON.stringify(wireDescription(`http://${recording.host}`)),
    {},
  )
  const env = Object.fromEntries(
    credentials.map(({ name, placement }) => [name, placement.type === 'basic' ? 'user:secret' : 'secret']),
  )
  const signal = new AbortController().signal
  return await score(recording, async ({ id, parameters, body }) => {
    const operation = operations.find(({ name }) => name === id)
    if (!operation) throw new Error(`${id} was not imported.`)
    const input = { ...parameters, ...(body !== undefined && { body }) }
    await callOperation(operation, input, { fetch, env, credentials, signal })
  })
}

/** A peer's score: @ivotoby/openapi-mcp-server takes the description as it is, and fixed headers as credentials. */
export async function scoreServer(packages: string): Promise<WireScore> {
  await using recording = await startRecording()
  await using folder = await temporaryFolder()
  const file = path.join(folder.path, 'wire.json')
  await writeFile(file, JSON.stringify(wireDescription(`http://${recording.host}`)))
  const script = path.join(packages, 'node_modules', '@ivotoby', 'openapi-mcp-server', 'bin', 'mcp-server.js')
  await using peer = await connect([script], {
    API_BASE_URL: `http://${recording.host}`,
    OPENAPI_SPEC_PATH: file,
    API_HEADERS: 'Authorization:Bearer secret,X-Key:secret',
  })
  return await score(recording, ({ id, parameters, body }) =>
    peer.call(id, { ...parameters, ...(isRecord(body) ? body : body !== undefined && { body }) }),
  )
}

/** A peer's score: openapi-mcp-generator writes a project, which is installed and run. */
export async function scoreGenerator(packages: string): Promise<WireScore> {
  await using recording = await startRecording()
  await using folder = await temporaryFolder()
  const file = path.join(folder.path, 'wire.json')
  const project = path.join(folder.path, 'project')
  await writeFile(file, JSON.stringify(wireDescription(`http://${recording.host}`)))
  const script = path.join(packages, 'node_modules', 'openapi-mcp-generator', 'bin', 'openapi-mcp-generator.js')
  const run = promisify(execFile)
  await run(process.execPath, [script, '--input', file, '--output', project])
  await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: project })
  await run('npx', ['tsc'], { cwd: project })
  const env = Object.fromEntries(
    [0, 1, 2, 3, 4].flatMap((index) => [
      [`BEARER_TOKEN_SCHEME${index}`, 'secret'],
      [`API_KEY_SCHEME${index}`, 'secret'],
      [`BASIC_USERNAME_SCHEME${index}`, 'user'],
      [`BASIC_PASSWORD_SCHEME${index}`, 'secret'],
    ]),
  )
  await using peer = await connect([path.join(project, 'build', 'index.js')], env)
  return await score(recording, ({ id, parameters, body }) =>
    peer.call(id, { ...parameters, ...(body !== undefined && { requestBody: body }) }),
  )
}

async function score(recording: Recording, call: CallCase): Promise<WireScore> {
  const wrong: string[] = []
  for (const wireCase of wireCases) {
    recording.take()
    try {
      await call(wireCase)
    } catch {
      // Nothing arrives, or what arrived is judged all the same.
    }
    if (!isExact(wireCase, recording.take())) wrong.push(wireCase.id)
  }
  return { exact: wireCases.length - wrong.length, wrong }
}

async function connect(command: readonly string[], env: Record<string, string>) {
  const client = new Client({ name: 'bench', version: '1.0.0' })
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [...command],
      env: { PATH: process.env.PATH ?? '', ...env },
      stderr: 'ignore',
    }),
  )
  const { tools } = await client.listTools()
  return {
    async call(id: string, input: Record<string, unknown>): Promise<void> {
      const name = tools.find((tool) => tool.name.replaceAll(/[^a-z0-9]/gi, '') === id)?.name
      if (name !== undefined) await client.callTool({ name, arguments: input }, { timeout: 10_000 })
    },
    [Symbol.asyncDispose]: () => client.close(),
  }
}

async function temporaryFolder() {
  const folder = await mkdtemp(path.join(tmpdir(), 'mcpwright-wire-'))
  return { path: folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
