import { type Client, invocation } from './client.ts'
import { inHome, joinFor } from '../config/machine.ts'

/** https://developers.openai.com/codex/mcp */
export const codex: Client = {
  title: 'Codex',
  format: 'toml',
  section: 'mcp_servers',
  entry: invocation,
  places(machine) {
    const folder = machine.environment['CODEX_HOME'] || inHome(machine, '.codex')
    return [{ file: joinFor(machine.platform, folder, 'config.toml'), signs: [folder] }]
  },
  where: '~/.codex/config.toml',
}
