import { connectStdio } from '../../bridge/connect/connect-stdio.ts'
import { ALL_VERSIONS } from '../../bridge/protocol/versions.ts'
import { type Config, loadConfig } from '../config/load-config.ts'
import { ensureDaemon } from '../daemon/ensure-daemon.ts'
import { toTerminal } from '../errors/render.ts'
import { describeMetaServer } from '../mcp/describe-meta-server.ts'

/**
 * What MCP clients start: carries stdio to the daemon, and brings that up where there is none. The greeting and the
 * tool list are answered at once, without it.
 */
export async function openStdioDoor(environment: NodeJS.ProcessEnv): Promise<void> {
  const config = readConfig(environment)
  for (const warning of config.warnings) console.error(warning)
  await connectStdio({
    input: process.stdin,
    output: process.stdout,
    staticAnswers: { ...describeMetaServer(), supportedVersions: ALL_VERSIONS },
    async endpoint() {
      const { port, token } = await ensureDaemon(config, environment)
      return { url: `http://127.0.0.1:${port}/mcp`, headers: { authorization: `Bearer ${token}` } }
    },
  })
  process.exit(0)
}

function readConfig(environment: NodeJS.ProcessEnv): Config {
  try {
    return loadConfig(environment)
  } catch (error) {
    console.error(toTerminal(error))
    process.exit(1)
  }
}
