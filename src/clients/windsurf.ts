import { type Client, invocation } from './client.ts'
import { inHome } from '../config/machine.ts'

/** https://docs.windsurf.com/windsurf/cascade/mcp */
export const windsurf: Client = {
  title: 'Windsurf',
  format: 'jsonc',
  section: 'mcpServers',
  entry: invocation,
  places: (machine) => [
    {
      file: inHome(machine, '.codeium', 'windsurf', 'mcp_config.json'),
      signs: [inHome(machine, '.codeium', 'windsurf')],
    },
  ],
  where: '~/.codeium/windsurf/mcp_config.json',
}
