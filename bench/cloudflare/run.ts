/** `npm run bench:cloudflare`: deploys to a stand-in, sizes and speed in workerd; writes bench/cloudflare/RESULTS.md. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { bundleWorker } from '../../src/pipeline/workshop/bundle-worker.ts'
import { startLibraryApi } from '../../test/e2e/library-api.ts'
import { checkout } from '../bench-home.ts'
import { resultsPage } from '../results.ts'
import { measureBundle } from './measure-bundle.ts'
import { measureDeploy } from './measure-deploy.ts'
import { measureWorker } from './measure-worker.ts'
import { twentyOperations } from './twenty-operations.ts'

const RUNS = 5
const [loadBefore = 0] = loadavg()
const cache = mkdtempSync(path.join(tmpdir(), 'mcpwright-bench-'))
try {
  await using api = await startLibraryApi()
  const upstream = `http://${api.host}`
  const published = api.description.replaceAll(upstream, 'https://api.example.com')
  const versions = [await twentyOperations(published, 1), await twentyOperations(published, 2)] as const
  const files = await twentyOperations(api.description)
  const modules = await bundleWorker(files, cache)
  const sections = [
    {
      title: 'Deploys of a server with twenty operations, to a stand-in on loopback',
      figures: await measureDeploy({ versions, upstream, cache, runs: RUNS }),
      note: `With the real wrangler, and uploads that run in workerd. A server's project is made and checked before; bundling it for
Workers is part of the figure.`,
    },
    { title: 'Its size, compressed', figures: measureBundle(modules) },
    { title: 'In workerd', figures: await measureWorker({ files, modules, cache, rounds: RUNS }) },
  ]
  const page = resultsPage(sections, loadBefore, 'npm run bench:cloudflare')
  writeFileSync(path.join(checkout, 'bench', 'cloudflare', 'RESULTS.md'), page)
  console.log(page)
} finally {
  rmSync(cache, { recursive: true, force: true })
}
