/** `npm run describe`: writes what the meta server says of itself where its stdio door reads it. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { describeMetaServer } from '../src/mcp/describe-meta-server.ts'

const file = path.resolve(import.meta.dirname, '../src/mcp/described-meta-server.json')
const { serverInfo, ...described } = describeMetaServer()
// The version is told by whoever reads it.
const { version: _, ...server } = serverInfo
writeFileSync(file, `${JSON.stringify({ serverInfo: server, ...described }, null, 2)}\n`)
