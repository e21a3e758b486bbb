import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import path from 'node:path'

/** What is run: a revision's required scenarios, one by name, or all of the older suite, which knows 2025-11-25 only. */
export type Scenarios =
  | { readonly requirements: '2025-11-25' | '2026-07-28' }
  | { readonly scenario: string }
  | { readonly olderSuite: true }

/** What the suite says of each scenario. */
export interface SuiteOutcome {
  readonly passed: readonly string[]
  readonly failed: readonly string[]
  /** No check failed. */
  readonly succeeded: boolean
  readonly output: string
}

/** Runs the official suite against an endpoint, with its token added on the way: the suite itself can send none. */
export async function runConformanceSuite(
  endpoint: { url: string; token: string },
  scenarios: Scenarios,
): Promise<SuiteOutcome> {
  await using proxy = await openProxy(endpoint)
  const { output, succeeded } = await new Promise<{ output: string; succeeded: boolean }>((resolve) => {
    const args = [suiteOf(scenarios), 'server', '--url', proxy.url, ...optionsOf(scenarios)]
    // It exits with 1 when a scenario fails; what it printed says which.
    execFile(process.execPath, args, { maxBuffer: 50_000_000 }, (error, stdout, stderr) =>
      resolve({ output: `${stdout}\n${stderr}`, succeeded: error === null }),
    )
  })
  const [scored = '', unscored = ''] = output.split(/^Not scored for/m)
  const ignored = new Set(Array.from(unscored.matchAll(/^\s+[✓✗] ([\w-]+) \(/gm), ([, name]) => name))
  const of = (mark: string) =>
    Array.from(scored.matchAll(new RegExp(`^${mark} ([\\w-]+): `, 'gm')), ([, name = '']) => name).filter(
      (name) => !ignored.has(name),
    )
  return { passed: of('✓'), failed: of('✗'), succeeded, output }
}

function suiteOf(scenarios: Scenarios): string {
  const suite = 'olderSuite' in scenarios ? 'conformance-2025' : '@modelcontextprotocol/conformance'
  return path.resolve(import.meta.dirname, '../../node_modules', suite, 'dist/index.js')
}

function optionsOf(scenarios: Scenarios): string[] {
  if ('olderSuite' in scenarios) return ['--suite', 'active']
  return 'scenario' in scenarios ? ['--scenario', scenarios.scenario] : ['--requirements', scenarios.requirements]
}

async function openProxy({ url, token }: { url: string; token: string }): Promise<AsyncDisposable & { url: string }> {
  const { port, pathname } = new URL(url)
  const server = createServer((asked, response) => {
    const headers = { ...asked.headers, authorization: `Bearer ${token}` }
    const passed = request({ host: '127.0.0.1', port, path: pathname, method: asked.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    passed.on('error', () => response.destroy())
    response.on('close', () => passed.destroy())
    asked.pipe(passed)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/mcp`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}
