import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { emitProject } from '../../../../generators/project/emit-project.ts'
import type { ServerDefinition } from '../../../../src/model/server-definition.ts'
import { bundleWorker } from '../../../../src/pipeline/workshop/bundle-worker.ts'
import { projectSurroundings } from '../../../../src/pipeline/workshop/package-sources.ts'
import { serveModules, type StartedWorker, type WorkerOptions } from '../../../fixtures/start-worker.ts'

/** A server's project in workerd, as it is published. */
export async function serveProject(definition: ServerDefinition, options: WorkerOptions): Promise<StartedWorker> {
  const cache = await mkdtemp(path.join(os.tmpdir(), 'mcpwright-worker-'))
  try {
    return await serveModules(await bundleWorker(emitProject(definition, projectSurroundings()), cache), options)
  } finally {
    await rm(cache, { recursive: true, force: true })
  }
}
