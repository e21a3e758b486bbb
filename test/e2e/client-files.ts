/** A person's configuration of each client, in the form that the client's own documentation shows. */
export const CLIENT_FILES: Readonly<Record<string, string>> = {
  // modelcontextprotocol.io/docs/develop/connect-local-servers
  '.config/Claude/claude_desktop_config.json': `{
  "mcpServers": {
    "filesystem": {
      "command": "npx",
      "args": ["-y", "@modelcontextprotocol/server-filesystem", "/home/ada/Desktop"]
    }
  }
}
`,
  // code.claude.com/docs/en/mcp; the program keeps its own state there, on one line or indented by two
  '.claude.json': `{
  "numStartups": 12,
  "projects": { "/home/ada/work": { "mcpServers": {} } },
  "mcpServers": {}
}`,
  // cursor.com/docs/context/mcp
  '.cursor/mcp.json': `{
\t// of the team
\t"mcpServers": {
\t\t"github": { "url": "https://api.githubcopilot.com/mcp/", },
\t},
}
`,
  // code.visualstudio.com/docs/copilot/customization/mcp-servers
  '.config/Code/User/mcp.json': `{
    "inputs": [
        { "type": "promptString", "id": "key", "description": "API key", "password": true }
    ],
    // mine
    "servers": {
        "playwright": { "command": "npx", "args": ["-y", "@playwright/mcp@latest"] }
    }
}
`,
  '.config/Code - Insiders/User/mcp.json': '{}\n',
  // docs.windsurf.com/windsurf/cascade/mcp
  '.codeium/windsurf/mcp_config.json': '{"mcpServers":{"memory":{"command":"npx","args":["-y","memory"]}}}',
  // google-gemini/gemini-cli, docs/tools/mcp-server.md
  '.gemini/settings.json': '{\n  "selectedAuthType": "oauth-personal",\n  "theme": "Default"\n}\n',
  // developers.openai.com/codex/mcp
  '.codex/config.toml': `model = "gpt-5-codex" # the usual one

[mcp_servers.context7]
command = "npx"
args = ["-y", "@upstash/context7-mcp"]

[mcp_servers.context7.env]
MY_ENV_VAR = "MY_ENV_VALUE"
`,
}
