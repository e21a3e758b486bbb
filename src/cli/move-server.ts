import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { loadConfig } from '../config/load-config.ts'
import { askDaemon } from '../daemon/ask-daemon.ts'
import { ensureDaemon } from '../daemon/ensure-daemon.ts'
import { MetaError } from '../errors/meta-error.ts'
import type { PortableServer } from '../model/portable-server.ts'
import type { ServerPreview } from '../pipeline/move-server.ts'
import { readAnswer } from './read-answer.ts'
import { agree, type Terminal } from './terminal.ts'

const TIMEOUT_MS = 120_000

/**
 * Writes a server's definition, without secrets, into a file or to standard output.
 * @throws MetaError SERVER_UNKNOWN, ARGUMENTS_INVALID when the file is there already
 */
export async function exportServer(
  server: string,
  file: string | undefined,
  { force }: { readonly force?: boolean },
  environment: NodeJS.ProcessEnv,
  terminal: Terminal,
): Promise<void> {
  if (file !== undefined && existsSync(file) && !force)
    throw new MetaError('ARGUMENTS_INVALID', `"${file}" is there already.`, 'Give another name, or add --force.')
  const daemon = await ensureDaemon(loadConfig(environment), environment)
  const answer = await askDaemon(daemon, `/servers/${encodeURIComponent(server)}/export`, { timeoutMs: TIMEOUT_MS })
  const portable = readAnswer<PortableServer>(answer)
  const text = `${JSON.stringify(portable, null, 2)}\n`
  if (file === undefined) process.stdout.write(text)
  else {
    await writeFile(file, text)
    terminal.say(`"${server}" is in ${file}. Next, on the other machine: mcpwright import ${file}`)
  }
  const { connections = [] } = portable.left_out ?? {}
  for (const url of connections)
    console.error(`Left out: the tools of ${url}; connect to it there with connect_external.`)
}

/**
 * Makes a server from such a file, as a draft, after its person has seen what it may reach.
 * @throws MetaError as the daemon says; nothing is stored then
 */
export async function importServer(
  file: string,
  { name, yes }: { readonly name?: string; readonly yes?: boolean },
  environment: NodeJS.ProcessEnv,
  terminal: Terminal,
): Promise<void> {
  const body = await readText(file)
  const daemon = await ensureDaemon(loadConfig(environment), environment)
  const ask = async (more: Record<string, string>) => {
    const query = new URLSearchParams({ ...(name !== undefined && { name }), ...more })
    const how = { method: 'POST', body, timeoutMs: TIMEOUT_MS }
    return readAnswer<ServerPreview>(await askDaemon(daemon, `/servers/import?${query}`, how))
  }
  const preview = await ask({ preview: '1' })
  terminal.say(describe(preview))
  if (!(await agree(terminal, `Add "${preview.name}"?`, yes))) return
  await ask({})
  const secrets = preview.credentials.map((each) => `mcpwright secret set ${each} --server ${preview.name}`)
  terminal.say(
    [
      `"${preview.name}" is added, as a draft.`,
      ...[...secrets, `mcpwright deploy ${preview.name}`].map((line) => `Next: ${line}`),
    ].join('\n'),
  )
}

function describe({ name, tools, code, files, hosts, credentials }: ServerPreview): string {
  const parts = [
    `"${name}" has ${tools} tools${code > 0 ? `, ${code} of them code` : ''}.`,
    ...(files > 0 ? [`${files} of its files were changed by hand.`] : []),
    `It may reach: ${hosts.join(', ') || 'nothing'}.`,
    ...(credentials.length > 0 ? [`It asks for: ${credentials.join(', ')}.`] : []),
  ]
  return parts.join('\n')
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const fix = 'Give a file that "mcpwright export <server>" wrote.'
    throw new MetaError('ARGUMENTS_INVALID', `"${file}" cannot be read: ${String(error)}`, fix, { cause: error })
  }
}
