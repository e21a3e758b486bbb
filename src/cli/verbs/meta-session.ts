import { pathToFileURL } from 'node:url'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { loadConfig } from '../../config/load-config.ts'
import { ensureDaemon } from '../../daemon/ensure-daemon.ts'
import { ownVersion } from '../../daemon/version.ts'

/** How far a call is; `total` where it is known. */
export interface Progress {
  readonly done: number
  readonly total: number | undefined
  readonly message: string
}

export interface MetaSessionOptions {
  /** Asked before a call destroys something; absent when nobody is there to ask. */
  readonly agree?: ((question: string) => Promise<boolean>) | undefined
  /** Shown the address of a page that the person is to open. */
  readonly showPage: (url: string, message: string) => void
}

/** A call's answer as MCP gives it. */
export interface ToolResult {
  readonly content: readonly {
    readonly type: string
    readonly text?: string
    readonly annotations?: { readonly audience?: readonly string[] }
  }[]
  readonly structuredContent?: Readonly<Record<string, unknown>>
  readonly isError?: boolean
}

export interface MetaSession extends AsyncDisposable {
  call(
    tool: string,
    input: Readonly<Record<string, unknown>>,
    onProgress: (progress: Progress) => void,
    signal?: AbortSignal,
  ): Promise<ToolResult>
}

/** Long work answers after 20 s and is asked again; a tool of a server may take longer. */
const CALL_TIMEOUT_MS = 10 * 60_000

/**
 * The meta tools as a client has them: the daemon is brought up where there is none, and may read descriptions from
 * the folder this was started in.
 * @throws MetaError DAEMON_CONFLICT, DAEMON_UNAVAILABLE
 */
export async function openMetaSession(
  environment: NodeJS.ProcessEnv,
  { agree, showPage }: MetaSessionOptions,
): Promise<MetaSession> {
  const { port, token } = await ensureDaemon(loadConfig(environment), environment)
  const client = new Client(
    { name: 'mcpwright command line', version: ownVersion() },
    {
      capabilities: { roots: {}, elicitation: { url: {}, ...(agree && { form: {} }) } },
      versionNegotiation: { mode: 'auto' },
    },
  )
  client.setRequestHandler('roots/list', () => ({ roots: [{ uri: pathToFileURL(process.cwd()).href }] }))
  client.setRequestHandler('elicitation/create', async ({ params }) => {
    if (params.mode === 'url') {
      showPage(params.url, params.message)
      return { action: 'accept' }
    }
    return (await agree?.(params.message)) ? { action: 'accept', content: { agree: true } } : { action: 'decline' }
  })
  const headers = { authorization: `Bearer ${token}` }
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${port}/mcp`), { requestInit: { headers } }),
  )
  return {
    async call(name, input, onProgress, signal) {
      const result = await client.callTool(
        { name, arguments: { ...input } },
        {
          timeout: CALL_TIMEOUT_MS,
          ...(signal && { signal }),
          onprogress({ progress, total, message = '' }) {
            // The client tells its own rounds of questions here too.
            if (!message.startsWith('Fulfilling input')) onProgress({ done: progress, total, message })
          },
        },
      )
      // The daemon is ours, and so is the shape of what it answers.
      return result as ToolResult
    },
    [Symbol.asyncDispose]: () => client.close(),
  }
}
