import { allocatorSettings } from '../config/allocator-settings.ts'
import { DAEMON_WORDS, environmentOf, RESTART_SECONDS, type ServicePlan } from './service-plan.ts'

/** A unit for `systemd --user`. systemd.unit(5), systemd.service(5), systemd.exec(5) */
export function writeSystemdUnit(plan: ServicePlan): string {
  const environment = Object.entries({ ...allocatorSettings, ...environmentOf(plan) }).map(
    ([name, value]) => `${name}=${value}`,
  )
  return `[Unit]
Description=mcpwright and the MCP servers that it built

[Service]
Type=exec
ExecStart=${[quote(plan.node), ...[plan.launcher, ...DAEMON_WORDS].map(quoteWord)].join(' ')}
${environment.map((setting) => `Environment=${quote(setting)}\n`).join('')}Restart=on-failure
RestartSec=${RESTART_SECONDS}
# The daemon ends its servers itself; what is left after that is killed.
KillMode=mixed
TimeoutStopSec=30
UMask=0077
StandardOutput=append:${escapePercent(plan.log)}
StandardError=inherit

[Install]
WantedBy=default.target
`
}

/** After the program `$` begins a variable. */
function quoteWord(word: string): string {
  return quote(word).replaceAll('$', '$$$$')
}

/** systemd.syntax(7), Quoting; `%` begins a specifier. */
function quote(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', String.raw`\"`)
    .replaceAll('\n', String.raw`\n`)
  return `"${escapePercent(escaped)}"`
}

function escapePercent(text: string): string {
  return text.replaceAll('%', '%%')
}
