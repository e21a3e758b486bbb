/** How a client starts a server: a command with arguments, over stdio. */
export interface StartCommand {
  /** What the client calls the server. */
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
}

/** What a person does to have a server in one client. */
export interface Installation {
  /** What is pasted, run or opened. */
  readonly snippet: string
  readonly language: 'json' | 'toml' | 'shell'
  /** Where it goes: a file, or a terminal. */
  readonly place: string
  /** Opens the client and asks the person. */
  readonly link?: string
}

/** Each client's own form, from its documentation. One entry a client. */
export const INSTALL_CLIENTS = {
  'claude-desktop': (start) => ({
    snippet: json({ mcpServers: entry(start) }),
    language: 'json',
    place:
      'claude_desktop_config.json: ~/Library/Application Support/Claude on macOS, %APPDATA%\\Claude on Windows, ~/.config/Claude on Linux; then restart Claude. Or ask for client "mcpb", a file to open.',
  }),
  'claude-code': ({ name, command, args }) => ({
    snippet: `claude mcp add ${name} -- ${shell([command, ...args])}`,
    language: 'shell',
    place: 'a terminal; --scope user before the name has it in every project',
  }),
  cursor: (start) => ({
    snippet: json({ mcpServers: entry(start) }),
    language: 'json',
    place: '~/.cursor/mcp.json, or .cursor/mcp.json of a project',
    link: `cursor://anysphere.cursor-deeplink/mcp/install?name=${encodeURIComponent(start.name)}&config=${encodeURIComponent(base64(JSON.stringify(invocation(start))))}`,
  }),
  vscode: (start) => ({
    snippet: json({ servers: { [start.name]: { type: 'stdio', ...invocation(start) } } }),
    language: 'json',
    place: '.vscode/mcp.json of a workspace, or "MCP: Open User Configuration"',
    link: `vscode:mcp/install?${encodeURIComponent(JSON.stringify({ name: start.name, type: 'stdio', ...invocation(start) }))}`,
  }),
  windsurf: (start) => ({
    snippet: json({ mcpServers: entry(start) }),
    language: 'json',
    place: '~/.codeium/windsurf/mcp_config.json',
  }),
  gemini: (start) => ({
    snippet: json({ mcpServers: entry(start) }),
    language: 'json',
    place: '~/.gemini/settings.json, or .gemini/settings.json of a project',
  }),
  codex: ({ name, command, args }) => ({
    snippet: `[mcp_servers.${name}]\ncommand = ${toml(command)}\nargs = [${args.map(toml).join(', ')}]\n`,
    language: 'toml',
    place: '~/.codex/config.toml',
  }),
  inspector: ({ command, args }) => ({
    snippet: `npx @modelcontextprotocol/inspector ${shell([command, ...args])}`,
    language: 'shell',
    place: 'a terminal',
  }),
  json: (start) => ({
    snippet: json({ mcpServers: entry(start) }),
    language: 'json',
    place: "the client's configuration; most take this form",
  }),
} as const satisfies Readonly<Record<string, (start: StartCommand) => Installation>>

export type InstallClient = keyof typeof INSTALL_CLIENTS

function entry(start: StartCommand): Record<string, unknown> {
  return { [start.name]: invocation(start) }
}

function invocation({ command, args }: StartCommand) {
  return { command, args }
}

function json(value: unknown): string {
  return JSON.stringify(value, null, 2)
}

/** A TOML basic string escapes as JSON does (TOML 1.0, String), but for DEL. */
function toml(text: string): string {
  return JSON.stringify(text).replaceAll('\u{7f}', String.raw`\u007f`)
}

/** For a POSIX shell, and for PowerShell as long as there is no quote in it. */
function shell(words: readonly string[]): string {
  return words
    .map((word) => (/^[\w@%+=:,./\\-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`))
    .join(' ')
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64')
}
