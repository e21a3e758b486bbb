import path from 'node:path'
import { loadConfig } from '../config/load-config.ts'
import { askDaemon } from '../daemon/ask-daemon.ts'
import { findDaemon, stopDaemon } from '../daemon/ensure-daemon.ts'
import { describeTakenPort } from '../daemon/listen.ts'
import { newestCopy } from '../db/copy-before-upgrade.ts'
import { readAnswer } from './read-answer.ts'

/**
 * Prints whether the daemon runs, and its servers. Exit code 3: it does not run.
 * @throws MetaError when it runs, but cannot say its servers: SCHEMA_NEWER, DATABASE_UNAVAILABLE
 */
export async function showStatus(environment: NodeJS.ProcessEnv, { json = false }: { json?: boolean }): Promise<void> {
  const config = loadConfig(environment)
  const daemon = await findDaemon(config)
  if (!daemon) {
    console.log(
      json ? JSON.stringify({ running: false }) : 'mcpwright does not run. Start it with: npx mcpwright start',
    )
    process.exit(3)
  }
  const { pid, port, version } = daemon
  const warning = describeTakenPort(daemon)
  if (warning) console.error(warning)
  const answer = await askDaemon(daemon, '/servers', { timeoutMs: 10_000 })
  const { home } = config
  const copy = await newestCopy(path.join(home, 'database'))
  if (json) {
    console.log(JSON.stringify({ running: true, pid, port, version, home, copy, ...Object(answer?.body) }))
    return
  }
  console.log(`mcpwright ${version} runs (pid ${pid}) at http://127.0.0.1:${port}/mcp, with its data in ${home}.`)
  if (copy) console.log(`The data from before the last upgrade are in ${copy} (mcpwright restore).`)
  console.log(describeServers(readAnswer(answer)))
}

export async function stop(environment: NodeJS.ProcessEnv): Promise<void> {
  const stopped = await stopDaemon(loadConfig(environment))
  console.log(
    stopped ? 'mcpwright has ended; its servers come up again with the next start.' : 'mcpwright does not run.',
  )
}

/** The answer of `GET /servers` as lines. */
export function describeServers(body: unknown): string {
  const servers =
    typeof body === 'object' && body !== null && 'servers' in body && Array.isArray(body.servers) ? body.servers : []
  if (servers.length === 0) return 'There are no servers yet.'
  const rows = servers.map(
    ({ name, status, url, message }: { name: string; status: string; url: string | null; message: string | null }) =>
      `  ${name.padEnd(28)} ${status.padEnd(10)} ${url ?? ''}${message ? `\n    ${message}` : ''}`,
  )
  return ['Servers:', ...rows].join('\n')
}
