import { readResult } from './read-result.ts'
import { openSession, type RunOptions } from './run-tool.ts'

export interface ListedServer {
  readonly name: string
  readonly status: string
  readonly tools: number
  readonly url?: string
  /** Other addresses, by their targets. */
  readonly also?: Readonly<Record<string, string>>
  readonly message?: string
  /** Where it runs on an older runtime library. */
  readonly outdated?: readonly string[]
  /** Settings that were asked for and are not in force, by target. */
  readonly not_in_force?: Readonly<Record<string, readonly string[]>>
  /** It has changes that were not deployed. */
  readonly changed?: boolean
}

interface Page {
  readonly servers: readonly ListedServer[]
  readonly next_cursor?: string
  readonly waiting?: readonly string[]
}

/** Prints all servers as a table, and what waits for the person. With `json`: `{servers, waiting?}`. */
export async function listServers(filter: Readonly<Record<string, unknown>>, options: RunOptions): Promise<number> {
  const { json, terminal } = options
  const { servers, waiting = [] } = await readAllServers(filter, options)
  if (json) {
    terminal.say(JSON.stringify({ servers, ...(waiting.length > 0 && { waiting }) }))
    return 0
  }
  if (servers.length === 0) terminal.say('There are no servers yet. Next: mcpwright call init_server --help')
  else terminal.say(await tableOf(servers))
  for (const line of servers.flatMap(settingLines)) terminal.say(line)
  const outdated = servers.filter((server) => server.outdated).length
  if (outdated > 0) terminal.say(`${outdated} on an older runtime library: mcpwright deploy --outdated`)
  for (const item of waiting) terminal.say(`Waiting for you: ${item} (mcpwright inbox)`)
  return 0
}

/**
 * All pages of `list_servers`.
 * @throws MetaError as the tool does, such as SCHEMA_NEWER of a database that was not opened
 */
export async function readAllServers(filter: Readonly<Record<string, unknown>>, options: RunOptions): Promise<Page> {
  await using session = await openSession(options)
  const servers: ListedServer[] = []
  for (let cursor: string | undefined; ;) {
    const input = { ...filter, limit: 100, ...(cursor !== undefined && { cursor }) }
    const page = readResult<Page>(await session.call('list_servers', input, () => {}))
    servers.push(...page.servers)
    cursor = page.next_cursor
    if (cursor === undefined) return { servers, ...(page.waiting && { waiting: page.waiting }) }
  }
}

function settingLines({ name, not_in_force: settings = {} }: ListedServer): string[] {
  return Object.entries(settings).map(
    ([target, names]) => `${name} on ${target}: asked for and not in force: ${names.join(', ')}`,
  )
}

async function tableOf(servers: readonly ListedServer[]): Promise<string> {
  const { default: Table } = await import('cli-table3')
  const table = new Table({
    head: ['NAME', 'STATUS', 'TOOLS', 'ADDRESS'],
    colAligns: ['left', 'left', 'right', 'left'],
    // Lines of blanks only: a table that is cut up by grep and awk.
    chars: Object.fromEntries(BORDERS.map((name) => [name, name === 'middle' ? '  ' : ''])),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  })
  for (const { name, status, tools, url = '', also = {}, message = '' } of servers)
    table.push([name, status, tools, [url, ...Object.values(also)].join(' ') || message])
  return table.toString().replaceAll(/ +$/gm, '')
}

const BORDERS = [
  'top',
  'top-mid',
  'top-left',
  'top-right',
  'bottom',
  'bottom-mid',
  'bottom-left',
  'bottom-right',
  'left',
  'left-mid',
  'mid',
  'mid-mid',
  'right',
  'right-mid',
  'middle',
]
