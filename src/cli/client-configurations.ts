import path from 'node:path'
import { packageRoot } from '../config/package-root.ts'

/** How MCP clients start or reach mcpwright, ready to paste. Absolute paths: desktop clients have no PATH of yours. */
export function clientConfigurations({ url, token }: { url: string; token: string }): string {
  const launcher = path.join(packageRoot(), 'bin', 'mcpwright.cjs')
  const server = { command: 'node', args: [launcher] }
  const json = (value: unknown) => indent(JSON.stringify(value, null, 2))
  return [
    'Claude Code:',
    indent(`claude mcp add mcpwright -- node ${launcher}`),
    'Claude Desktop (claude_desktop_config.json) and Cursor (.cursor/mcp.json):',
    json({ mcpServers: { mcpwright: server } }),
    'VS Code (.vscode/mcp.json):',
    json({ servers: { mcpwright: { type: 'stdio', ...server } } }),
    'MCP Inspector:',
    indent(`npx @modelcontextprotocol/inspector node ${launcher}`),
    'Any client over HTTP:',
    json({ mcpServers: { mcpwright: { type: 'http', url, headers: { Authorization: `Bearer ${token}` } } } }),
  ].join('\n')
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '  ')
}
