import { importers } from '../../../generators/importers/index.ts'
import type { SoapProtocol } from '../../../runtime/library/soap/soap-protocol.ts'
import { readDiskFull } from '../../errors/disk-full.ts'
import { MetaError } from '../../errors/meta-error.ts'
import type { ImportedApi } from '../../model/api-importer.ts'
import type { FromWorker, TaskError, TaskName, ToWorker, WorkshopTasks } from './tasks.ts'

// The worker process: descriptions, ts-morph, the compiler and esbuild do their heavy work here, so that the daemon's
// event loop never waits for them. The daemon starts it, keeps it warm for a while, and kills it on a limit.

const cache = process.argv[2] ?? ''
let lastReference = 0
const references = new Map<number, { resolve: (text: string) => void; reject: (error: Error) => void }>()

process.on('message', (message: ToWorker) => {
  if (message.kind === 'task') return void answer(message.id, message.name, message.input)
  const waiting = references.get(message.id)
  references.delete(message.id)
  if (message.kind === 'reference') waiting?.resolve(message.text)
  else waiting?.reject(new Error(message.message))
})
process.on('disconnect', () => process.exit(0))
send({ kind: 'ready' })

async function answer(id: number, name: TaskName, input: unknown): Promise<void> {
  try {
    // The parent's types tie each task's name to its input.
    send({ kind: 'done', id, output: await run[name](input as never, id) })
  } catch (error) {
    send({ kind: 'failed', id, error: toTaskError(error) })
  }
}

const run: {
  [Name in TaskName]: (input: WorkshopTasks[Name]['input'], id: number) => Promise<WorkshopTasks[Name]['output']>
} = {
  'import-api': importApi,
  // The compiler and its kin take some 70 MB: they are loaded when something is built.
  'make-project': async ({ definition, knownDigests }, id) => {
    const { makeProject } = await import('./make-project.ts')
    return makeProject(definition, knownDigests, cache, (step) => send({ kind: 'step', id, step }))
  },
  'emit-files': async ({ definition }) => {
    const { emitFiles } = await import('./emit-files.ts')
    return emitFiles(definition)
  },
  'check-files': async ({ definition }) => {
    const { checkFiles } = await import('./check-files.ts')
    return checkFiles(definition, cache)
  },
  'bundle-code': async ({ definition, checkTypes }) => {
    const { bundleCode } = await import('./bundle-code.ts')
    return bundleCode(definition, checkTypes, cache)
  },
  'bundle-mcpb': async ({ files }) => {
    const { bundleMcpb } = await import('./bundle-mcpb.ts')
    return bundleMcpb(files, cache)
  },
  'bundle-worker': async ({ files }) => {
    const { bundleWorker } = await import('./bundle-worker.ts')
    return bundleWorker(files, cache)
  },
  'bundle-platform': async () => {
    const { bundlePlatform } = await import('./bundle-platform.ts')
    return bundlePlatform()
  },
  'check-definition': async ({ definition, ...options }) => {
    const { checkDefinition } = await import('../../checks/check-definition.ts')
    const found = checkDefinition(definition, options)
    if (!definition.overlays || options.only?.every((wanted) => !'F1'.startsWith(wanted))) return found
    const { overlayFindings } = await import('./overlay-findings.ts')
    return [...found, ...overlayFindings(definition)]
  },
  'check-value': async ({ schema, value }) => {
    const { schemaViolations } = await import('../check-schema.ts')
    return schemaViolations(schema, value)
  },
  'check-schemas': async ({ schemas }) => {
    const { checkSchema } = await import('../check-schema.ts')
    for (const [label, schema] of Object.entries(schemas)) await checkSchema(label, schema)
  },
  'sample-answer': async (asked) => {
    const { sampleAnswer, sampleSchema } = await import('../../../generators/importers/openapi/sample-answer.ts')
    if ('text' in asked) return sampleAnswer(asked.text, asked.pointer, asked.overlay)
    if ('protocol' in asked && asked.protocol.kind === 'grpc') {
      const { sampleGrpcAnswer } = await import('../../../generators/importers/grpc/sample-grpc-answer.ts')
      return sampleGrpcAnswer(asked.protocol)
    }
    if ('protocol' in asked) {
      const { sampleSoapAnswer } = await import('../../../generators/importers/soap/sample-soap-answer.ts')
      // There are two protocols.
      return sampleSoapAnswer(asked.protocol as SoapProtocol)
    }
    return { status: 200, contentType: 'application/json', body: sampleSchema(asked.schema), from: 'schema' }
  },
}

async function importApi(
  { text, kind, ...options }: WorkshopTasks['import-api']['input'],
  task: number,
): Promise<ImportedApi> {
  const importer =
    importers.find((candidate) => candidate.recognizes(text)) ??
    importers.find((candidate) => candidate.kind === kind) ??
    importers[0]
  if (!importer) throw new Error('There are no importers.')
  const api = await importer.read(text, {
    ...options,
    loadReference: (url) =>
      new Promise((resolve, reject) => {
        const id = ++lastReference
        references.set(id, { resolve, reject })
        send({ kind: 'load-reference', id, task, url })
      }),
  })
  const { checkOperations } = await import('../check-operations.ts')
  return { ...api, findings: checkOperations(api) }
}

function toTaskError(error: unknown): TaskError {
  const expected = error instanceof MetaError ? error : readDiskFull(error)
  if (expected) return { code: expected.code, message: expected.message, fix: expected.fix }
  if (error instanceof Error) return { message: error.message, ...(error.stack && { stack: error.stack }) }
  return { message: String(error) }
}

function send(message: FromWorker): void {
  process.send?.(message)
}
