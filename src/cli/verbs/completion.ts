import tab from '@bomb.sh/tab/commander'
import type { Command } from 'commander'
import { loadConfig } from '../../config/load-config.ts'
import { askDaemon } from '../../daemon/ask-daemon.ts'
import { findDaemon } from '../../daemon/ensure-daemon.ts'

/**
 * Adds `complete`, which prints what a shell needs to complete our words (`source <(mcpwright complete zsh)`), and is
 * then called by it. Names of servers come from a daemon that runs; none is started for them.
 */
export async function addCompletion(program: Command, environment: NodeJS.ProcessEnv): Promise<void> {
  const isCalledByShell = process.argv.includes('--')
  const names = isCalledByShell ? await serverNames(environment).catch(() => []) : []
  const suggest = (complete: (value: string, description: string) => void): void => {
    for (const { name, status } of names) complete(name, status)
  }
  for (const command of tab(program).commands.values()) {
    const place = command.arguments.get('server')
    if (place) place.handler = suggest
    const option = command.options.get('server')
    if (option) option.handler = suggest
  }
}

async function serverNames(environment: NodeJS.ProcessEnv): Promise<readonly { name: string; status: string }[]> {
  const daemon = await findDaemon(loadConfig(environment))
  const answer = daemon && (await askDaemon(daemon, '/servers', { timeoutMs: 2_000 }))
  const { servers }: { servers?: unknown } = { ...Object(answer?.body) }
  return Array.isArray(servers)
    ? servers.map(({ name, status }) => ({ name: String(name), status: String(status) }))
    : []
}
