import path from 'node:path'
import { systemClock } from '../../runtime/library/clock.ts'
import { createWrangler } from '../../runtime/targets/cloudflare/wrangler/create-wrangler.ts'
import { findWrangler } from '../../runtime/targets/cloudflare/wrangler/find-wrangler.ts'
import type { ProjectFiles } from '../../src/model/project-files.ts'
import { bundleWorker } from '../../src/pipeline/workshop/bundle-worker.ts'
import { startCloudflare } from '../../test/fixtures/cloudflare/start-cloudflare.ts'
import { openPublisher, PublishedServer } from '../../test/fixtures/publisher/open-publisher.ts'
import { type Figure, timed } from '../figure.ts'

export interface DeployBench {
  /** The projects of two versions, with their API at `api.example.com`. */
  readonly versions: readonly [ProjectFiles, ProjectFiles]
  /** Where that API really is. */
  readonly upstream: string
  /** For what bundling leaves. */
  readonly cache: string
  readonly runs: number
}

/**
 * Milliseconds of whole deploys: bundling, wrangler's uploads, the trial (health, MCP, a call of a tool through to the
 * API) and the traffic. The stand-in answers at once and runs the Workers here, so it is no wait for a network, but the
 * work of this machine, half of it the stand-in's.
 */
export async function measureDeploy({ versions, upstream, cache, runs }: DeployBench): Promise<Figure[]> {
  await using cloudflare = await startCloudflare({ upstreams: { 'api.example.com': upstream } })
  const registry = { searchPath: '', home: '', network: {} }
  const target = openPublisher(cloudflare, {
    wrangler: createWrangler({
      findProgram: (signal) => findWrangler({ wranglers: cache, registry }, signal),
      scratch: path.join(cache, 'scratch'),
      compiledFolder: path.join(cache, 'compiled'),
    }),
    bundle: ({ build }) => bundleWorker(build.files, cache),
    secretsOf: async () => ({ values: { LIBRARY_TOKEN: 'correct-horse' }, missing: [] }),
    effectsOf: async () => ({}),
    trialCallOf: async () => ({ tool: 'get_book', input: { bookId: 1 } }),
    clock: systemClock,
  })
  const signal = AbortSignal.timeout(600_000)
  const first: number[] = []
  const later: number[] = []
  const back: number[] = []
  for (let run = 0; run < runs; run++) {
    const server = new PublishedServer()
    const apply = (version: 1 | 2) =>
      timed(() =>
        target.apply(server.request(version, { version: String(version) }, {}, versions[version - 1]), signal),
      )
    first.push(await apply(1))
    later.push(await apply(2))
    back.push(await apply(1))
    await target.remove(server.deployment)
  }
  return [
    { what: 'first deploy', unit: 'ms', limit: 6000, values: first },
    { what: 'deploy of the next version', unit: 'ms', limit: 6000, values: later },
    { what: 'back to the version before', unit: 'ms', values: back },
  ]
}
