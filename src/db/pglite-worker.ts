/**
 * The thread that PGlite lives in: creating a database and large writes block a thread for seconds, and the
 * daemon's own must stay free. It runs commands in the order they come; who may send when is decided outside.
 */
import { readFileSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import { PGlite, types, type Results } from '@electric-sql/pglite'
import { START_PARAMETERS, useBaselineWasm } from './lean-postgres.ts'
import type { PgliteOpenOptions, PgliteReply, PgliteRequest, StatementResult } from './pglite-messages.ts'
import { createPreparedStatements, type PreparedStatements } from './prepared-statements.ts'

const port = parentPort
if (port === null) throw new Error('pglite-worker runs as a worker thread only.')

const unlisteners = new Map<string, () => Promise<void>>()
let opened: { readonly pglite: PGlite; readonly statements: PreparedStatements } | undefined
let stderr: string[] = []

const reply = (message: PgliteReply): void => port.postMessage(message)

// Commands run one after another, also those that take several turns of the loop.
let previous: Promise<void> = Promise.resolve()
port.on('message', (request: PgliteRequest) => {
  previous = previous.then(async () => reply(await answer(request)))
})

function openPglite({ directory, template }: PgliteOpenOptions): Promise<PGlite> {
  useBaselineWasm()
  return PGlite.create({
    dataDir: directory,
    ...(template !== undefined && { loadDataDir: new Blob([readFileSync(template)]) }),
    startParams: START_PARAMETERS,
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

async function answer(request: PgliteRequest): Promise<PgliteReply> {
  const { id } = request
  try {
    if (request.op === 'open') {
      const pglite = await openPglite(request)
      opened = { pglite, statements: createPreparedStatements(pglite) }
      return { kind: 'results', id, results: [] }
    }
    if (!opened) throw new Error('PGlite is not open.')
    if (request.op === 'dump') {
      const dump = await opened.pglite.dumpDataDir('gzip')
      return { kind: 'bytes', id, bytes: new Uint8Array(await dump.arrayBuffer()) }
    }
    return { kind: 'results', id, results: await run(opened, request) }
  } catch (error) {
    const code = sqlState(error)
    if (code === undefined) return { kind: 'crashed', id, message: describe(error) }
    return { kind: 'refused', id, message: messageOf(error), fields: { code, ...constraintOf(error) } }
  }
}

async function run(
  { pglite, statements }: NonNullable<typeof opened>,
  request: Exclude<PgliteRequest, { op: 'open' | 'dump' }>,
): Promise<readonly StatementResult[]> {
  switch (request.op) {
    case 'query':
      return [toResult(await statements.query(request.text, request.values, request.begin))]
    case 'exec':
      return (await statements.exec(request.text, request.begin)).map(toResult)
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
