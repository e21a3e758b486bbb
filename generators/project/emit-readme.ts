import { isConnected } from './emit-external.ts'
import { secretsOf } from '../../src/model/secrets-of.ts'
import type { ServerDefinition } from '../../src/model/server-definition.ts'
import { cloudflareSection } from './readme-cloudflare.ts'

/** Writes the README: what the server does, how to run it alone, what it needs. */
export function emitReadme(definition: ServerDefinition): string {
  return (
    [
      `# ${plain(definition.name)}`,
      plain(definition.description),
      '## Run it',
      fence(
        'sh',
        'npm install\nnpm start          # http://127.0.0.1:3000/mcp (set PORT and MCP_TOKEN to change that)',
      ),
      'Over stdio, as desktop clients start it, after `npm run build`:',
      fence(
        'json',
        JSON.stringify(
          { mcpServers: { [definition.name]: { command: 'node', args: ['/absolute/path/to/dist/stdio.mjs'] } } },
          null,
          2,
        ),
      ),
      '`npm test` runs its tests, `npm run typecheck` checks its types; `.github/workflows/ci.yml` does both. `mcpwright upgrade .` renews the library. `src/lib` is the runtime library that every server of this kind shares; `src/operations.json` describes the API calls; your own code is in `src/tools` and `src/resources`.',
      '**No sandbox here.** Your code runs with the rights of the process, and reads the real values of credentials: the sandbox that mcpwright puts around code tools stays behind.',
      ...credentials(definition),
      ...connected(definition),
      ...tools(definition),
      ...cloudflareSection(definition),
    ].join('\n\n') + '\n'
  )
}

function credentials(definition: ServerDefinition): string[] {
  const needed = secretsOf(definition)
  if (needed.length === 0) return []
  const rows = needed.map(
    ({ name, hosts, purpose }) => `| \`${name}\` | ${hosts.map(plain).join(', ')} | ${cell(purpose)} |`,
  )
  return [
    '## Credentials',
    'Set these environment variables; each is sent to its host only.',
    table(['variable', 'host', 'what for'], rows),
  ]
}

function connected(definition: ServerDefinition): string[] {
  if (!isConnected(definition)) return []
  const urls = definition.connections.map(({ name, url }) => `- ${plain(name)}: ${plain(url)}`)
  return [
    '## Connected servers',
    'Some tools are run by other MCP servers. Each is called only while it is described there as it was allowed (`src/external.ts`).',
    urls.join('\n'),
  ]
}

function tools(definition: ServerDefinition): string[] {
  const shown = definition.tools.slice(0, 100)
  const rows = shown.map(
    ({ name, effect, description }) => `| \`${name}\` | ${effect} | ${cell(firstSentence(description))} |`,
  )
  const more = definition.tools.length - shown.length
  const intro =
    definition.exposure === 'search'
      ? [
          `It shows four tools (search_tools, describe_tool, read_tool, call_tool) that find and call these ${definition.tools.length}:`,
        ]
      : []
  return rows.length === 0
    ? []
    : [
        '## Tools',
        ...intro,
        table(['tool', 'effect', 'what it does'], rows),
        ...(more > 0 ? [`… and ${more} more.`] : []),
      ]
}

function table(heads: readonly string[], rows: readonly string[]): string {
  return [`| ${heads.join(' | ')} |`, `|${' --- |'.repeat(heads.length)}`, ...rows].join('\n')
}

function fence(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``
}

function firstSentence(text: string): string {
  return text.split(/(?<=\.)\s|\n/, 1)[0] ?? ''
}

function cell(text: string): string {
  return plain(text).replaceAll('|', String.raw`\|`)
}

/** Text from outside on one line, with nothing that Markdown or HTML would act on. */
function plain(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll('<', '&lt;')
    .replaceAll(/([[\]`*_])/g, String.raw`\$1`)
    .trim()
}
