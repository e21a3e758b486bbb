import { findPlaces } from '../clients/find-places.ts'
import { readConfiguration } from '../clients/configuration-file.ts'
import { thisMachine } from '../config/machine.ts'
import { planPut } from '../clients/plan-entry.ts'
import { type Config, loadConfig } from '../config/load-config.ts'
import { askDaemon } from '../daemon/ask-daemon.ts'
import { type DaemonRecord, isInUse } from '../daemon/daemon-file.ts'
import { daemonLog, ensureDaemon, findDaemon } from '../daemon/ensure-daemon.ts'
import { describeTakenPort } from '../daemon/listen.ts'
import { toTerminal } from '../errors/render.ts'
import { clientConfigurations } from './client-configurations.ts'
import { mintInboxLink } from './inbox.ts'
import { metaServerCommand } from './launch-command.ts'
import { readAnswer } from './read-answer.ts'
import { describeServers } from './status.ts'

/**
 * Makes sure that the daemon runs, and says what it did: where it is, what runs, where the inbox is, what is next.
 * @param configurations  print clients' configurations too, with the token
 */
export async function start(
  environment: NodeJS.ProcessEnv,
  { configurations = false }: { configurations?: boolean } = {},
): Promise<void> {
  const config = loadConfig(environment)
  for (const warning of config.warnings) console.error(warning)
  const isFirst = !isInUse(config.home)
  const wasRunning = (await findDaemon(config)) !== undefined
  const daemon = await ensureDaemon(config, environment)
  const url = `http://127.0.0.1:${daemon.port}/mcp`
  const warning = describeTakenPort(daemon)
  if (warning) console.error(warning)
  const did = wasRunning ? 'is running' : isFirst ? 'has started, for the first time here' : 'has started'
  const lines = [
    `mcpwright ${daemon.version} ${did} (pid ${daemon.pid}).`,
    `  MCP     ${url}`,
    `  Inbox   ${(await mintInboxLink(daemon)) ?? 'once the database is open: npx mcpwright inbox'}`,
    `  Data    ${describeData(config)}`,
    `  Log     ${daemonLog(config)}`,
    '',
    await serverLines(daemon),
    '',
    `Next: ${await nextStep(environment)}`,
    'End it with: npx mcpwright stop',
    ...(configurations ? ['', clientConfigurations(metaServerCommand(environment), { url, token: daemon.token })] : []),
  ]
  console.log(lines.join('\n'))
  process.exit(0)
}

function describeData({ databaseUrl, home }: Config): string {
  return databaseUrl ? `PostgreSQL, and ${home}` : home
}

async function serverLines(daemon: DaemonRecord): Promise<string> {
  const answer = await askDaemon(daemon, '/servers', { timeoutMs: 10_000 })
  if (answer === undefined) return 'The database is still being opened.'
  try {
    return describeServers(readAnswer(answer))
  } catch (error) {
    return toTerminal(error)
  }
}

/** Set up the clients that do not have it; where all have it, speak. */
async function nextStep(environment: NodeJS.ProcessEnv): Promise<string> {
  const command = metaServerCommand(environment)
  const places = findPlaces(thisMachine(environment))
  const lacking: string[] = []
  for (const { client, file } of places) {
    const text = await readConfiguration(file).catch(() => undefined)
    if (planPut(client, text, command.name, client.entry(command)).state === 'change') lacking.push(client.title)
  }
  if (lacking.length > 0) return `npx mcpwright setup (adds it to ${[...new Set(lacking)].join(', ')})`
  if (places.length > 0) return 'say "make me a server for this API" in your client.'
  return 'add it to your MCP client: npx mcpwright start --configurations'
}
