import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import path from 'node:path'
import { promisify } from 'node:util'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { callTool, launcher, type MetaClient } from './meta-client.ts'
import { firstLine, type Transcript } from './transcript.ts'

const run = promisify(execFile)

export interface TakenDescription {
  readonly name: string
  /** A file or an address. */
  readonly description: string
  readonly baseUrl: string
}

/** Writes a server's project into the demo's folder. @returns the project's folder */
export async function writeProject(
  client: MetaClient,
  { name, description, baseUrl }: TakenDescription,
  { step }: Transcript,
): Promise<string> {
  const folder = path.join(client.folder, 'projects', name)
  const words = ['generate', description, '--out', folder, '--base-url', baseUrl]
  await step(
    `mcpwright generate: ${name}`,
    () => run(process.execPath, [launcher, ...words], { env: client.environment }),
    ({ stdout }) => firstLine(stdout),
  )
  return folder
}

/** Runs a written project with nothing of mcpwright: installs it, tests it, starts it, calls one of its tools. */
export async function runProjectAlone(folder: string, { step }: Transcript): Promise<void> {
  // npm takes its settings from the person's own environment.
  const npm = (...words: string[]) => run('npm', words, { cwd: folder })
  await step('npm install', () => npm('install', '--no-audit', '--no-fund'))
  await step(
    'npm test',
    () => npm('test'),
    ({ stdout }) => stdout.match(/pass \d+/)?.[0] ?? '',
  )
  const port = await findFreePort()
  const server = spawn('npm', ['start'], {
    cwd: folder,
    env: { ...process.env, PORT: String(port), MCP_TOKEN: 'a-token-of-its-own' },
    stdio: ['ignore', 'ignore', 'pipe'],
    // npm, its shell and the server end together.
    detached: true,
  })
  const exited = once(server, 'exit')
  try {
    await step('npm start', () => untilListening(server.stderr), firstLine)
    await step('connect over HTTP and call list_teas', () => callAlone(port), firstLine)
  } finally {
    if (server.pid !== undefined && server.exitCode === null) process.kill(-server.pid, 'SIGTERM')
    await exited
  }
}

async function callAlone(port: number): Promise<string> {
  const client = new Client({ name: 'demo', version: '1.0.0' })
  const headers = { authorization: 'Bearer a-token-of-its-own' }
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${port}/mcp`), { requestInit: { headers } }),
  )
  try {
    const { text } = await callTool(client, 'list_teas', { kind: 'black' })
    assert.match(text, /darjeeling/)
    return text
  } finally {
    await client.close()
  }
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}

function untilListening(stderr: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      const line = said.split('\n').find((each) => each.includes('Listening on'))
      if (line !== undefined) resolve(line)
    })
    stderr.on('end', () => reject(new Error(`npm start has ended and said: ${said}`)))
  })
}
