import type { StartCommand } from '../clients/client.ts'
import { CLIENTS } from '../clients/index.ts'
import { type InstallClient, installIn } from '../pipeline/install/install-clients.ts'

/** Of each form one: other clients take the same. */
const SHOWN: readonly (readonly [InstallClient, string])[] = [
  ['claude-code', CLIENTS['claude-code'].title],
  ['claude-desktop', `${CLIENTS['claude-desktop'].title}, ${CLIENTS.cursor.title} and most others`],
  ['vscode', CLIENTS.vscode.title],
  ['codex', CLIENTS.codex.title],
  ['inspector', 'MCP Inspector'],
]

/** How MCP clients start or reach mcpwright, ready to paste. */
export function clientConfigurations(start: StartCommand, { url, token }: { url: string; token: string }): string {
  const http = { [start.name]: { type: 'http', url, headers: { Authorization: `Bearer ${token}` } } }
  return [
    ...SHOWN.flatMap(([client, title]) => {
      const { snippet, place } = installIn(client, start)
      return [`${title} (${place}):`, indent(snippet.trimEnd())]
    }),
    'Any client over HTTP:',
    indent(JSON.stringify({ mcpServers: http }, null, 2)),
  ].join('\n')
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '  ')
}
