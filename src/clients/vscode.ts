import { type Client, invocation } from './client.ts'
import { inApplicationData } from '../config/machine.ts'

const EDITIONS = ['Code', 'Code - Insiders']

/** https://code.visualstudio.com/docs/copilot/customization/mcp-servers: the user's mcp.json of each edition. */
export const vscode: Client = {
  title: 'VS Code',
  format: 'jsonc',
  section: 'servers',
  entry: (start) => ({ type: 'stdio', ...invocation(start) }),
  places: (machine) =>
    EDITIONS.map((edition) => ({
      file: inApplicationData(machine, edition, 'User', 'mcp.json'),
      signs: [inApplicationData(machine, edition, 'User')],
    })),
  where: '.vscode/mcp.json of a workspace, or "MCP: Open User Configuration"',
  link: (start) =>
    `vscode:mcp/install?${encodeURIComponent(JSON.stringify({ name: start.name, type: 'stdio', ...invocation(start) }))}`,
}
