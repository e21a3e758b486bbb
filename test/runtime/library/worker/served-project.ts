import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { emitProject } from '../../../../generators/project/emit-project.ts'
import type { ProjectFiles } from '../../../../src/model/project-files.ts'
import type { ServerDefinition } from '../../../../src/model/server-definition.ts'
import { bundleWorker } from '../../../../src/pipeline/workshop/bundle-worker.ts'
import { projectSurroundings } from '../../../../src/pipeline/workshop/package-sources.ts'
import { serveModules, type StartedWorker, type WorkerOptions } from '../../../fixtures/start-worker.ts'

/** A server's project in workerd, as it is published. */
export async function serveProject(definition: ServerDefinition, options: WorkerOptions): Promise<StartedWorker> {
  return serveModules(await bundleProject(definition), options)
}

/** What of it is uploaded, for several Workers of one server. */
export async function bundleProject(definition: ServerDefinition): Promise<ProjectFiles> {
  const cache = await mkdtemp(path.join(os.tmpdir(), 'mcpwright-worker-'))
  try {
    return await bundleWorker(emitProject(definition, projectSurroundings()), cache)
  } finally {
    await rm(cache, { recursive: true, force: true })
  }
}
