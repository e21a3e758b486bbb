import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { processesOf } from './processes-of.ts'

export interface Answer {
  readonly text: string
  readonly data: Readonly<Record<string, unknown>>
}

/** An MCP client that has started mcpwright over stdio, with a data directory of its own. */
export interface MetaClient extends AsyncDisposable {
  readonly folder: string
  readonly environment: Readonly<Record<string, string>>
  toolNames(): Promise<readonly string[]>
  /** Calls a meta tool. @throws Error with its text when the tool says that it failed */
  call(tool: string, input?: Readonly<Record<string, unknown>>): Promise<Answer>
  /** Ends the client and mcpwright. @returns what still runs of it; nothing when all is well */
  stop(): Promise<readonly string[]>
}

export const launcher = path.resolve(import.meta.dirname, '../bin/mcpwright.cjs')

/** @param settings  environment variables of mcpwright */
export async function startMetaClient(settings: Readonly<Record<string, string>>, keep: boolean): Promise<MetaClient> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mcpwright-demo-'))
  const environment = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    MCPWRIGHT_HOME: folder,
    MCPWRIGHT_PORT: '0',
    ...settings,
  }
  const client = new Client({ name: 'demo', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } })
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [launcher],
    env: environment,
    stderr: 'inherit',
  })
  let stopped: Promise<readonly string[]> | undefined

  async function stop(): Promise<readonly string[]> {
    await client.close()
    await once(spawn(process.execPath, [launcher, 'stop'], { env: environment, stdio: 'ignore' }), 'exit')
    return processesOf(folder)
  }

  await client.connect(transport).catch(async (error: unknown) => {
    await stop()
    throw error
  })
  return {
    folder,
    environment,
    toolNames: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: (tool, input = {}) => callTool(client, tool, input),
    stop: () => (stopped ??= stop()),
    async [Symbol.asyncDispose]() {
      await (stopped ??= stop())
      if (!keep) rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    },
  }
}

/**
 * Calls a tool. What a person has to agree to first, the person who runs the demo has agreed to.
 * @throws Error with the tool's text when it says that it failed
 */
export async function callTool(
  client: Client,
  name: string,
  input: Readonly<Record<string, unknown>>,
): Promise<Answer> {
  const { content, structuredContent, isError } = await client.callTool(
    { name, arguments: { ...input } },
    { timeout: 60_000 },
  )
  const text = content.map((block) => (block.type === 'text' ? block.text : `(${block.type})`)).join('\n')
  const data: Answer['data'] & { error?: { code?: string; next?: NextCall } } = { ...Object(structuredContent) }
  if (data.error?.code === 'CONFIRMATION_NEEDED' && data.error.next && !('confirm' in input)) {
    return callTool(client, data.error.next.tool, data.error.next.arguments)
  }
  if (isError) throw new Error(`${name} failed: ${text}`)
  return { text, data }
}

interface NextCall {
  readonly tool: string
  readonly arguments: Readonly<Record<string, unknown>>
}
