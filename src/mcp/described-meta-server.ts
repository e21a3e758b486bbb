import { ownVersion } from '../daemon/version.ts'
import type { describeMetaServer } from './describe-meta-server.ts'
import fileTools from './described-file-tools.json' with { type: 'json' }
import description from './described-meta-server.json' with { type: 'json' }

/**
 * What `describeMetaServer` gives, read from one file: the tools with all that they run are two hundred modules, which
 * a stdio door would load for 200 ms before its first answer. `npm run describe` writes the files; a test compares.
 */
export function describedMetaServer(
  on: Parameters<typeof describeMetaServer>[0],
): ReturnType<typeof describeMetaServer> {
  const { serverInfo, tools: always, ...described } = description
  const tools = on.fileTools ? [...always, ...fileTools] : always
  const server = { ...serverInfo, version: ownVersion() }
  // The test compares it with what the function gives.
  return { serverInfo: server, ...described, tools } as ReturnType<typeof describeMetaServer>
}
