import { type Client, invocation } from './client.ts'
import { inHome, joinFor } from '../config/machine.ts'

/**
 * https://code.claude.com/docs/en/mcp, user scope. It is changed through its file rather than through `claude mcp
 * add`: only so can the difference be shown beforehand and taken back to the byte, without a word of that command's
 * output to rely on, and also where `claude` is an alias that no child process finds.
 */
export const claudeCode: Client = {
  title: 'Claude Code',
  format: 'json',
  section: 'mcpServers',
  entry: (start) => ({ type: 'stdio', ...invocation(start) }),
  places(machine) {
    const own = machine.environment['CLAUDE_CONFIG_DIR']
    if (own) return [{ file: joinFor(machine.platform, own, '.claude.json'), signs: [own] }]
    const file = inHome(machine, '.claude.json')
    return [{ file, signs: [file, inHome(machine, '.claude')] }]
  },
  where: 'a terminal; --scope user before the name has it in every project',
}
