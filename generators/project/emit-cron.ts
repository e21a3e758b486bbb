import type { ServerDefinition } from '../../src/model/server-definition.ts'
import { TICK_TOOL } from '../../src/model/tick-tool.ts'

/** Cloudflare's cron triggers, in UTC: each minute, since schedules of any minute may come to be. */
export const TICK_CRON = '* * * * *'

/** Whether a server has jobs that recur, and so wants to be called at times by whoever runs it. */
export function recurs({ tools }: Pick<ServerDefinition, 'tools'>): boolean {
  return tools.some(({ name, handler }) => name === TICK_TOOL && handler.kind === 'code')
}

/** An entry of Node that looks each minute for what is due, as long as its process serves. */
export function withTimer(entry: string): string {
  const scheduling = entry.replace('import { standaloneHost }', 'import { runScheduled, standaloneHost }')
  return `${scheduling}
// What \`schedule\` puts off lives in memory: after a restart this finds what is due.
setInterval(() => void runScheduled(host, code, '${TICK_TOOL}', {}), 60_000).unref()
`
}
