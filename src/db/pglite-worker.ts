/**
 * The thread that PGlite lives in: creating a database and large writes block a thread for seconds, and the
 * daemon's own must stay free. It runs commands in the order they come; who may send when is decided outside.
 */
import { readFileSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { PGlite, types, type Results } from '@electric-sql/pglite'
import { useBaselineWasm } from './baseline-wasm.ts'
import type { PgliteReply, PgliteRequest, PgliteThreadOptions, StatementResult } from './pglite-messages.ts'

const port = parentPort
if (port === null) throw new Error('pglite-worker runs as a worker thread only.')

// pglite-thread.ts starts this file, with these options.
const options = workerData as PgliteThreadOptions
const unlisteners = new Map<string, () => Promise<void>>()
let stderr: string[] = []

const reply = (message: PgliteReply): void => port.postMessage(message)

const opened = openPglite().then(
  (pglite) => {
    reply({ kind: 'ready' })
    return pglite
  },
  (error: unknown) => {
    reply({ kind: 'failed', message: describe(error) })
    return undefined
  },
)

// Commands run one after another, also those that take several turns of the loop.
let previous: Promise<unknown> = opened
port.on('message', (request: PgliteRequest) => {
  previous = previous.then(async () => {
    const pglite = await opened
    if (pglite) reply(await answer(pglite, request))
  })
})

async function openPglite(): Promise<PGlite> {
  useBaselineWasm()
  return PGlite.create({
    dataDir: options.directory,
    ...(options.template !== undefined && { loadDataDir: new Blob([readFileSync(options.template)]) }),
    // The default of 128 MB is touched in full at the start and stays; files are cached by the system anyway.
    startParams: [...PGlite.defaultStartParams, '-c', 'shared_buffers=16MB'],
    // PGlite's own go byte by byte, which takes seconds for a few megabytes.
    parsers: { [types.BYTEA]: (text: string) => Uint8Array.from(Buffer.from(text.slice(2), 'hex')) },
    serializers: { [types.BYTEA]: (bytes: Uint8Array) => `\\x${Buffer.from(bytes).toString('hex')}` },
    onStderr: keepStderr,
  })
}

/** PostgreSQL says there why it gives up; a rejection only says that it did. */
function keepStderr(text: string): boolean {
  stderr = [...stderr, text].slice(-5)
  return false
}

async function answer(pglite: PGlite, request: PgliteRequest): Promise<PgliteReply> {
  const { id } = request
  try {
    if (request.op === 'dump') {
      const dump = await pglite.dumpDataDir('gzip')
      return { kind: 'bytes', id, bytes: new Uint8Array(await dump.arrayBuffer()) }
    }
    return { kind: 'results', id, results: await run(pglite, request) }
  } catch (error) {
    const code = sqlState(error)
    if (code === undefined) return { kind: 'crashed', id, message: describe(error) }
    return { kind: 'refused', id, message: messageOf(error), fields: { code, ...constraintOf(error) } }
  }
}

async function run(
  pglite: PGlite,
  request: Exclude<PgliteRequest, { op: 'dump' }>,
): Promise<readonly StatementResult[]> {
  switch (request.op) {
    case 'query':
      return [toResult(await pglite.query<Record<string, unknown>>(request.text, [...request.values]))]
    case 'exec':
      return (await pglite.exec(request.text)).map(toResult)
    case 'listen': {
      const { channel } = request
      const unlisten = await pglite.listen(channel, (payload) => reply({ kind: 'notification', channel, payload }))
      unlisteners.set(channel, unlisten)
      break
    }
    case 'unlisten':
      await unlisteners.get(request.channel)?.()
      unlisteners.delete(request.channel)
      break
    case 'close':
      await pglite.close()
  }
  return []
}

function toResult({ rows, command }: Results): StatementResult {
  return { rows, command }
}

/** Errors of the database carry a SQLSTATE; others mean that PGlite itself has died. */
function sqlState(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined
}

function constraintOf(error: unknown): { constraint?: string; detail?: string } {
  const fields: { constraint?: string; detail?: string } = {}
  if (error instanceof Error && 'constraint' in error && typeof error.constraint === 'string') {
    fields.constraint = error.constraint
  }
  if (error instanceof Error && 'detail' in error && typeof error.detail === 'string') fields.detail = error.detail
  return fields
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function describe(error: unknown): string {
  return [messageOf(error), ...stderr].join('\n').trim()
}
