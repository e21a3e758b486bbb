import { startLibraryApi } from '../../test/e2e/library-api.ts'
import { openBenchHome, type BenchHomeOptions } from '../bench-home.ts'
import { call } from '../call.ts'
import { type Figure, timed } from '../figure.ts'

/** From init_server to the first answered call of an API of 19 operations, in a daemon that is warm. */
export async function measureSmallApi(
  options: Pick<BenchHomeOptions, 'installation' | 'templates'>,
  runs: number,
): Promise<Figure[]> {
  await using api = await startLibraryApi()
  await using home = openBenchHome({
    ...options,
    settings: {
      MCPWRIGHT_ALLOW_LOCAL: api.host,
      MCPWRIGHT_ENV_SECRETS: `LIBRARY_TOKEN@${api.host}`,
      LIBRARY_TOKEN: 'of-the-bench',
    },
  })
  await using door = await home.connect()
  const { client } = door
  const steps = { init: [] as number[], import: [] as number[], deploy: [] as number[], call: [] as number[] }
  // The first one warms up.
  for (let run = 0; run <= runs; run++) {
    const server = `library-${run}`
    const took = {
      init: await timed(() => call(client, 'init_server', { name: server, description: 'Books.' })),
      import: await timed(() =>
        call(client, 'import_openapi', {
          server,
          // Its own text, so that nothing is remembered from the run before.
          content: `${api.description}\n# ${run}\n`,
          preview: false,
          select: { all: true },
        }),
      ),
      deploy: await timed(() => call(client, 'deploy', { server })),
      call: await timed(() => call(client, 'read_tool', { server, tool: 'list_books', arguments: {} })),
    }
    if (run === 0) continue
    for (const step of ['init', 'import', 'deploy', 'call'] as const) steps[step].push(took[step])
  }
  const totals = steps.init.map((_, run) => Object.values(steps).reduce((sum, values) => sum + (values[run] ?? 0), 0))
  return [
    { what: 'init, import, deploy, first answered call', unit: 'ms', limit: 2_000, values: totals },
    ...Object.entries(steps).map(([step, values]): Figure => ({ what: `of that: ${step}`, unit: 'ms', values })),
  ]
}
