import type { ProjectFiles } from '../../src/model/project-files.ts'
import type { ServerDefinition } from '../../src/model/server-definition.ts'
import { certificateFetch } from './emit-certificate-fetch.ts'
import { recurs, withTimer } from './emit-cron.ts'
import { isConnected } from './emit-external.ts'
import { grpcFetch, speaksGrpc, withoutGrpc } from './emit-grpc-fetch.ts'
import { emitWorker } from './emit-worker.ts'

/** Writes the few lines that put the server on stdio, on HTTP and on Cloudflare Workers. */
export function emitEntries(definition: Pick<ServerDefinition, 'credentials' | 'tools'>): ProjectFiles {
  const showsCertificates = definition.credentials.some(({ placement }) => placement.type === 'mutualTLS')
  const callsOthers = isConnected(definition)
  const timed = (entry: string) => (recurs(definition) ? withTimer(entry) : entry)
  const isGrpc = speaksGrpc(definition)
  const fetching = (entry: string) => (isGrpc ? withGrpcFetch(entry) : entry)
  const withCaller = (entry: string) => (callsOthers ? withExternal(entry) : entry)
  const onNode = (entry: string) => withCaller(fetching(showsCertificates ? withCertificates(entry) : entry))
  return {
    'src/entries/stdio.ts': onNode(timed(stdio)),
    'src/entries/http.ts': onNode(timed(http)),
    'src/entries/worker.ts': emitWorker(definition),
    'src/entries/file-store.ts': fileStore,
    ...(showsCertificates && { 'src/entries/certificate-fetch.ts': certificateFetch }),
    ...(isGrpc && { 'src/entries/grpc-fetch.ts': grpcFetch, 'src/entries/without-grpc.ts': withoutGrpc }),
  }
}

function withCertificates(entry: string): string {
  return entry
    .replace('import { fileStore }', "import { certificateFetch } from './certificate-fetch.ts'\nimport { fileStore }")
    .replace("store.json')", "store.json'), certificateFetch: certificateFetch(process.env)")
}

function withGrpcFetch(entry: string): string {
  return entry
    .replace("from './file-store.ts'\n", "from './file-store.ts'\nimport { grpcFetch } from './grpc-fetch.ts'\n")
    .replace('standaloneHost({ env: process.env, code', 'standaloneHost({ env: process.env, code, fetch: grpcFetch')
}

function withExternal(entry: string): string {
  return entry
    .replace(
      "import { code } from '../code.ts'\n",
      [
        "import { code } from '../code.ts'",
        "import { external } from '../external.ts'",
        "import { externalCaller } from '../lib/external/external-caller.ts'\n",
      ].join('\n'),
    )
    .replace(
      '{ env: process.env, code',
      '{ env: process.env, code, callExternal: externalCaller(external, { env: process.env })',
    )
}

const stdio = `import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { code } from '../code.ts'
import { standaloneHost } from '../lib/server/standalone-host.ts'
import { createServer } from '../server.ts'
import { fileStore } from './file-store.ts'

const host = standaloneHost({ env: process.env, code, store: fileStore('.data/store.json') })
serveStdio(createServer(host))
`

const http = `import { createServer as createHttpServer } from 'node:http'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { localhostHostValidation, localhostOriginValidation, toNodeHandler } from '@modelcontextprotocol/node'
import { code } from '../code.ts'
import { bearerGuard } from '../lib/server/bearer-guard.ts'
import { standaloneHost } from '../lib/server/standalone-host.ts'
import { createServer } from '../server.ts'
import { fileStore } from './file-store.ts'

const port = Number(process.env.PORT ?? 3000)
const host = standaloneHost({ env: process.env, code, store: fileStore('.data/store.json') })
const guard = bearerGuard(process.env.MCP_TOKEN)
const mcp = createMcpHandler(createServer(host))
const handle = toNodeHandler({ fetch: async (request, options) => (await guard(request)) ?? mcp.fetch(request, options) })
const isLocalHost = localhostHostValidation()
const isLocalOrigin = localhostOriginValidation()

const server = createHttpServer((request, response) => {
  if (!isLocalHost(request, response) || !isLocalOrigin(request, response)) return
  const path = new URL(request.url ?? '/', 'http://localhost').pathname
  if (path === '/mcp') {
    void handle(request, response)
  } else if (path === '/health') {
    response.setHeader('content-type', 'application/json').end('{"status":"ok"}')
  } else {
    response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"The server is at /mcp."}')
  }
})

server.listen(port, '127.0.0.1', () => {
  const address = server.address()
  const bound = typeof address === 'object' && address ? address.port : port
  console.error(\`Listening on http://127.0.0.1:\${bound}/mcp\${process.env.MCP_TOKEN ? '' : ' (no MCP_TOKEN is set: anyone on this machine may call it)'}\`)
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => server.close(() => process.exit(0)).closeAllConnections())
`

const fileStore = `import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { keysOfPage } from '../lib/server/memory-store.ts'
import type { KeyValueStore } from '../lib/tool-context.ts'

/** Values in one JSON file; each change is written whole beside it and renamed into place. */
export function fileStore(path: string): KeyValueStore {
  let last: Promise<unknown> = Promise.resolve()

  async function read(): Promise<Record<string, unknown>> {
    try {
      return JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {}
      throw error
    }
  }

  function change(apply: (values: Record<string, unknown>) => void): Promise<void> {
    const changed = last.then(async () => {
      const values = await read()
      apply(values)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(\`\${path}.new\`, JSON.stringify(values))
      await rename(\`\${path}.new\`, path)
    })
    last = changed.catch(() => {})
    return changed
  }

  return {
    get: async (key) => (await read())[key],
    set: (key, value) => change((values) => { values[key] = value }),
    delete: (key) => change((values) => { delete values[key] }),
    list: async (prefix = '') => Object.keys(await read()).filter((key) => key.startsWith(prefix)).sort(),
    async compareAndSet(key, expected, value) {
      let isSet = false
      await change((values) => {
        isSet = JSON.stringify(values[key] ?? null) === JSON.stringify(expected ?? null)
        if (isSet) values[key] = value
      })
      return isSet
    },
    async entries(prefix = '', page = {}) {
      const values = await read()
      return keysOfPage(Object.keys(values), prefix, page).map((key) => ({ key, value: values[key] }))
    },
  }
}
`
