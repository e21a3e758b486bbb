import type { Client, StartCommand } from '../../clients/client.ts'
import { type ClientName, CLIENTS } from '../../clients/index.ts'
import { writeTomlTable } from '../../clients/toml-table.ts'

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

/** What is run in a terminal, or fits a client that mcpwright does not know. */
const OTHER_FORMS = {
  'claude-code': ({ name, command, args }) => ({
    snippet: `claude mcp add ${name} -- ${shell([command, ...args])}`,
    language: 'shell',
    place: 'a terminal; --scope user before the name has it in every project',
  }),
  inspector: ({ command, args }) => ({
    snippet: `npx @modelcontextprotocol/inspector ${shell([command, ...args])}`,
    language: 'shell',
    place: 'a terminal',
  }),
  json: ({ name, command, args }) => ({
    snippet: json({ mcpServers: { [name]: { command, args } } }),
    language: 'json',
    place: "the client's configuration; most take this form",
  }),
} as const satisfies Readonly<Record<string, (start: StartCommand) => Installation>>

export type InstallClient = ClientName | keyof typeof OTHER_FORMS

/** In the order in which they are listed to a model. */
export const INSTALL_CLIENTS = [...new Set([...Object.keys(CLIENTS), ...Object.keys(OTHER_FORMS)])] as InstallClient[]

/** Each client's own form; for those with a configuration file, the entry that `mcpwright setup` writes there. */
export function installIn(client: InstallClient, start: StartCommand): Installation {
  if (client in OTHER_FORMS) return OTHER_FORMS[client as keyof typeof OTHER_FORMS](start)
  const known: Client = CLIENTS[client as ClientName]
  const { section, format, where, link } = known
  const entry = known.entry(start)
  return {
    snippet:
      format === 'toml' ? writeTomlTable(section, start.name, entry) : json({ [section]: { [start.name]: entry } }),
    language: format === 'toml' ? 'toml' : 'json',
    place: where,
    ...(link && { link: link(start) }),
  }
}

function json(value: unknown): string {
  return JSON.stringify(value, null, 2)
}

/** For a POSIX shell, and for PowerShell as long as there is no quote in it. */
function shell(words: readonly string[]): string {
  return words
    .map((word) => (/^[\w@%+=:,./\\-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`))
    .join(' ')
}
