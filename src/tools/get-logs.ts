import { MetaError } from '../errors/meta-error.ts'
import { TARGET_NAMES, type TargetName } from '../model/deployment.ts'
import type { LogLine } from '../model/deployment-target.ts'
import { notDeployed } from '../pipeline/queue-work.ts'
import { findDeployment } from '../registry/deployment-store.ts'
import { requireServer } from '../registry/server-store.ts'
import { fitAnswer } from './fit-answer.ts'
import { defineTool, objectSchema, READS, serverArgument } from './meta-tool.ts'

interface Input {
  readonly server: string
  readonly target?: TargetName
  readonly level?: LogLine['level']
  readonly query?: string
  readonly since?: string
  readonly limit?: number
  readonly cursor?: string
}

export const getLogs = defineTool<Input>({
  name: 'get_logs',
  title: 'Read logs',
  description: 'Shows what a deployed server has logged, newest last.',
  inputSchema: objectSchema(
    {
      server: serverArgument,
      target: { type: 'string', enum: [...TARGET_NAMES] },
      level: { type: 'string', enum: ['debug', 'info', 'warning', 'error'], description: 'This level and worse.' },
      query: { type: 'string', maxLength: 200 },
      since: { type: 'string', maxLength: 40, description: 'ISO time, or an age: "15m", "2h", "1d".' },
      limit: { type: 'integer', minimum: 1, maximum: 500, description: '50 by default.' },
      cursor: { type: 'string', maxLength: 500 },
    },
    ['server'],
  ),
  scope: 'read',
  annotations: READS,
  async run({ server: name, target = 'local', since, limit = 50, ...filter }, { services, principal: { tenantId } }) {
    const from = since === undefined ? {} : { since: readSince(since) }
    const deployment = await services.db.as(tenantId, async (sql) => {
      const server = await requireServer(sql, tenantId, name)
      return findDeployment(sql, tenantId, server.id, target)
    })
    if (!deployment) throw notDeployed(name, target)
    const query = { ...filter, limit, ...from }
    const { lines, nextCursor } = await services.targets[target].logs(deployment, query)
    const shown = lines.map(({ at, level, message }) => ({ at: at.toISOString(), level, message }))
    return fitAnswer({
      text: shown.map(({ at, level, message }) => `${at} ${level} ${message}`).join('\n') || 'There are no such lines.',
      structured: { server: name, lines: shown, ...(nextCursor && { next_cursor: nextCursor }) },
      next: [{ tool: 'get_server', arguments: { server: name } }],
    })
  },
})

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

function readSince(text: string): Date {
  const age = /^(\d+)\s*([smhd])$/.exec(text)
  const at = age ? new Date(Date.now() - Number(age[1]) * (UNIT_MS[age[2] ?? ''] ?? 0)) : new Date(text)
  if (!Number.isNaN(at.getTime())) return at
  throw new MetaError(
    'ARGUMENTS_INVALID',
    `"${text}" is no time.`,
    'Give an ISO time, or an age such as "15m", "2h" or "1d".',
  )
}
