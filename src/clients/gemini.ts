import { type Client, invocation } from './client.ts'
import { inHome } from '../config/machine.ts'

/** https://github.com/google-gemini/gemini-cli, docs/tools/mcp-server.md */
export const gemini: Client = {
  title: 'Gemini CLI',
  format: 'jsonc',
  section: 'mcpServers',
  entry: invocation,
  places: (machine) => [{ file: inHome(machine, '.gemini', 'settings.json'), signs: [inHome(machine, '.gemini')] }],
  where: '~/.gemini/settings.json, or .gemini/settings.json of a project',
}
