import { type Client, invocation, type Place } from './client.ts'
import { folderOf, inApplicationData, inHome, joinFor, type Machine } from '../config/machine.ts'

/** https://modelcontextprotocol.io/docs/develop/connect-local-servers */
export const claudeDesktop: Client = {
  title: 'Claude Desktop',
  format: 'json',
  section: 'mcpServers',
  entry: invocation,
  places(machine) {
    const files = [...packagedFiles(machine), inApplicationData(machine, 'Claude', FILE)].slice(0, 1)
    return files.map((file): Place => ({ file, signs: [folderOf(machine.platform, file)] }))
  },
  where:
    'claude_desktop_config.json: ~/Library/Application Support/Claude on macOS, %APPDATA%\\Claude on Windows, ~/.config/Claude on Linux; then restart Claude. Or ask for client "mcpb", a file to open.',
}

const FILE = 'claude_desktop_config.json'

/** As a Windows package (MSIX) it sees a %APPDATA% of its own (anthropics/claude-code#26073). */
function packagedFiles(machine: Machine): string[] {
  if (machine.platform !== 'win32') return []
  const localData = machine.environment['LOCALAPPDATA'] || inHome(machine, 'AppData', 'Local')
  const packages = joinFor('win32', localData, 'Packages')
  return machine
    .foldersIn(packages)
    .filter((name) => name.startsWith('Claude_'))
    .map((name) => joinFor('win32', packages, name, 'LocalCache', 'Roaming', 'Claude', FILE))
}
