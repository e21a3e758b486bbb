import { ownVersion } from '../daemon/version.ts'
import { metaTools } from '../tools/index.ts'
import { instructions } from './instructions.ts'
import { listedTool } from './listed-tool.ts'

/** What the meta server says of itself. The stdio door says it before the daemon is up, so nothing heavy is imported. */
export function describeMetaServer() {
  return {
    serverInfo: { name: 'mcpwright', title: 'mcpwright', version: ownVersion() },
    capabilities: { tools: {} },
    instructions,
    tools: metaTools.map(listedTool),
  }
}
