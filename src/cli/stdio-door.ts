import { randomUUID } from 'node:crypto'
import { type Config, loadConfig } from '../config/load-config.ts'
import { askDaemon } from '../daemon/ask-daemon.ts'
import { type DaemonRecord, isInUse } from '../daemon/daemon-file.ts'
import { ensureDaemon, recordOfLiving } from '../daemon/ensure-daemon.ts'
import { isNewer, ownVersion } from '../daemon/version.ts'
import { watchInstallation } from '../daemon/uninstalled.ts'
import { toTerminal } from '../errors/render.ts'
import { DOOR_HEADER } from '../mcp/open-calls.ts'

/**
 * What MCP clients start: carries stdio to the daemon, and brings that up where there is none. The greeting and the
 * tool list are answered at once, without it.
 */
export async function openStdioDoor(environment: NodeJS.ProcessEnv): Promise<void> {
  const config = readConfig(environment)
  const door = randomUUID()
  for (const warning of config.warnings) console.error(warning)
  for (const line of greeting(config)) console.error(line)
  const installation = watchInstallation(config.home)
  const running = recordOfLiving(config)
  // A newer daemon has tools that this door does not know.
  const isBehind = running !== undefined && isNewer(running.version, ownVersion())
  // It takes longest: it begins before the door's own modules are loaded. Who needs it meets its failure.
  let daemon: Promise<DaemonRecord> | undefined = ensureDaemon(config, environment)
  daemon.catch(() => {})
  const [{ connectStdio }, { ALL_VERSIONS }, { describedMetaServer }] = await loadDoor()
  await connectStdio({
    input: process.stdin,
    output: process.stdout,
    ...(!isBehind && { staticAnswers: { ...describedMetaServer(config), supportedVersions: ALL_VERSIONS } }),
    async endpoint() {
      installation.refuseIfGone()
      const begun = daemon ?? ensureDaemon(config, environment)
      daemon = undefined
      const { port, token } = await begun
      installation.noteUse()
      return {
        url: `http://127.0.0.1:${port}/mcp`,
        headers: { authorization: `Bearer ${token}`, [DOOR_HEADER]: door },
        async onCancel(id) {
          const call = `/control/calls/${door}/${encodeURIComponent(JSON.stringify(id))}`
          await askDaemon({ port, token }, call, { method: 'DELETE' })
        },
      }
    },
  })
  process.exit(0)
}

/** Clients keep what stands on stderr; a person who started this by hand sees nothing else of it. */
function greeting({ home, databaseUrl }: Config): string[] {
  const isFirst = !isInUse(home)
  return [
    ...(process.stderr.isTTY
      ? ['mcpwright speaks MCP here, for a client. In a terminal of yours: npx mcpwright start']
      : []),
    ...(isFirst
      ? [`mcpwright starts here for the first time; its data is in ${databaseUrl ? 'PostgreSQL' : home}.`]
      : []),
    ...(isFirst ? ['What waits for you is shown by: npx mcpwright inbox'] : []),
  ]
}

function loadDoor() {
  return Promise.all([
    import('../../bridge/connect/connect-stdio.ts'),
    import('../../bridge/protocol/versions.ts'),
    import('../mcp/described-meta-server.ts'),
  ])
}

function readConfig(environment: NodeJS.ProcessEnv): Config {
  try {
    return loadConfig(environment)
  } catch (error) {
    console.error(toTerminal(error))
    process.exit(1)
  }
}
