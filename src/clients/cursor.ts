import { type Client, invocation } from './client.ts'
import { inHome } from '../config/machine.ts'

/** https://cursor.com/docs/context/mcp */
export const cursor: Client = {
  title: 'Cursor',
  format: 'jsonc',
  section: 'mcpServers',
  entry: invocation,
  places: (machine) => [{ file: inHome(machine, '.cursor', 'mcp.json'), signs: [inHome(machine, '.cursor')] }],
  where: '~/.cursor/mcp.json, or .cursor/mcp.json of a project',
  link(start) {
    const config = Buffer.from(JSON.stringify(invocation(start)), 'utf8').toString('base64')
    return `cursor://anysphere.cursor-deeplink/mcp/install?name=${encodeURIComponent(start.name)}&config=${encodeURIComponent(config)}`
  },
}
