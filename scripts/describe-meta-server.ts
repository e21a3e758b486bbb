/** `npm run describe`: writes what the meta server says of itself where its stdio door reads it. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { describeMetaServer } from '../src/mcp/describe-meta-server.ts'
import { listedTool } from '../src/mcp/listed-tool.ts'
import { fileTools } from '../src/tools/files/index.ts'

const folder = path.resolve(import.meta.dirname, '../src/mcp')
const { serverInfo, ...described } = describeMetaServer({ fileTools: false })
// The version is told by whoever reads it.
const { version: _, ...server } = serverInfo
write('described-meta-server.json', { serverInfo: server, ...described })
write('described-file-tools.json', fileTools.map(listedTool))

function write(name: string, value: unknown): void {
  writeFileSync(path.join(folder, name), `${JSON.stringify(value, null, 2)}\n`)
}
