import { ownVersion } from '../daemon/version.ts'
import type { describeMetaServer } from './describe-meta-server.ts'
import description from './described-meta-server.json' with { type: 'json' }

/**
 * What `describeMetaServer` gives, read from one file: the tools with all that they run are two hundred modules, which
 * a stdio door would load for 200 ms before its first answer. `npm run describe` writes the file; a test compares.
 */
export function describedMetaServer(): ReturnType<typeof describeMetaServer> {
  const { serverInfo, ...described } = description
  // The test compares it with what the function gives.
  return { serverInfo: { ...serverInfo, version: ownVersion() }, ...described } as ReturnType<typeof describeMetaServer>
}
