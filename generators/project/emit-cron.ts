import type { ServerDefinition } from '../../src/model/server-definition.ts'
import { TICK_TOOL } from '../../src/model/tick-tool.ts'

/** Cloudflare's cron triggers, in UTC: each minute, since schedules of any minute may come to be. */
export const TICK_CRON = '* * * * *'

/** Whether a server has jobs that recur, and so wants to be called at times by whoever runs it. */
export function recurs({ tools }: Pick<ServerDefinition, 'tools'>): boolean {
  return tools.some(({ name, handler }) => name === TICK_TOOL && handler.kind === 'code')
}

/** The worker's entry, with a handler for its cron triggers. */
export function withCronTrigger(worker: string): string {
  const handler = `
  /** Called by the cron triggers of wrangler.jsonc. */
  async scheduled(_event: unknown, env: Bindings): Promise<void> {
    await runScheduled(hostOf(env), code, '${TICK_TOOL}', {})
  },
}
`
  return withRunScheduled(worker).replace(/\}\n$/, () => handler)
}

/** An entry of Node that looks each minute for what is due, as long as its process serves. */
export function withTimer(entry: string): string {
  return `${withRunScheduled(entry)}
// What \`schedule\` puts off lives in memory: after a restart this finds what is due.
setInterval(() => void runScheduled(host, code, '${TICK_TOOL}', {}), 60_000).unref()
`
}

function withRunScheduled(entry: string): string {
  return entry.replace('import { standaloneHost }', 'import { runScheduled, standaloneHost }')
}
