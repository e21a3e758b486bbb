import { defaults } from '../config/defaults.ts'
import { shareRead } from '../db/share-read.ts'
import { MetaError } from '../errors/meta-error.ts'
import { type Deployment, TARGET_NAMES, type TargetName } from '../model/deployment.ts'
import type { DeploymentTarget, LogLine, LogQuery } from '../model/deployment-target.ts'
import { tokensOf } from '../pipeline/token-cost.ts'
import { notThere } from '../pipeline/queue-work.ts'
import { listDeployments } from '../registry/deployment-store.ts'
import { requireServer } from '../registry/server-store.ts'
import { answerSchema, arrayOf, string } from './answer-schema.ts'
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

export const getLogs = defineTool({
  name: 'get_logs',
  title: 'Read logs',
  description: 'Shows what a deployed server has logged, newest last.',
  inputSchema: objectSchema(
    {
      server: serverArgument,
      target: { type: 'string', enum: [...TARGET_NAMES] },
      level: { type: 'string', enum: ['debug', 'info', 'warning', 'error'], description: 'It and worse.' },
      query: { type: 'string', maxLength: 200 },
      since: { type: 'string', maxLength: 40, description: 'ISO time, or an age: 15m, 2h, 1d.' },
      limit: { type: 'integer', minimum: 1, maximum: 500 },
      cursor: { type: 'string', maxLength: 500 },
    },
    ['server'],
  ),
  outputSchema: answerSchema(
    ['lines', 'next_cursor'],
    { server: string, lines: arrayOf({ at: string, level: string, message: string }) },
    { target: string, problem: string, next_cursor: string },
  ),
  scope: 'read',
  annotations: { ...READS, openWorldHint: true },
  async run(
    { server: name, target: wanted, since, limit = 50, ...filter }: Input,
    { services, principal: { tenantId } },
  ) {
    const from = since === undefined ? {} : { since: readSince(since) }
    const key = `logs of ${tenantId} ${JSON.stringify([name, wanted])}`
    const deployment = await shareRead(services.db, key, () =>
      services.db.as(tenantId, async (sql) => {
        const server = await requireServer(sql, tenantId, name)
        const found = placeToRead(await listDeployments(sql, tenantId, server.id), wanted)
        if (found) return found
        throw await notThere(sql, server, wanted ?? 'local')
      }),
    )
    const { target } = deployment
    const query = { ...filter, limit, ...from }
    const [{ lines, nextCursor }, gone] = await Promise.all([
      readFitting(query, (asked) => services.targets[target].logs(deployment, asked)),
      services.sightings.look(deployment),
    ])
    const shown = lines.map(toShown)
    const isChosen = wanted === undefined && target !== 'local'
    const text = [
      ...(isChosen ? [`On ${target}:`] : []),
      ...(gone === undefined ? [] : [gone]),
      ...shown.map(({ at, level, message }) => `${at} ${level} ${message}`),
      ...(shown.length === 0 ? ['There are no such lines.'] : []),
    ]
    return fitAnswer({
      text: text.join('\n'),
      structured: {
        server: name,
        ...(target !== 'local' && { target }),
        ...(gone !== undefined && { problem: gone }),
        lines: shown,
        ...(nextCursor && { next_cursor: nextCursor }),
      },
      told: ['server', 'problem', 'lines'],
      next: [
        gone === undefined
          ? { tool: 'get_server', arguments: { server: name } }
          : { tool: 'deploy', arguments: { server: name, target } },
      ],
    })
  },
})

/**
 * @param wanted  undefined: where it runs, here before elsewhere; else where it was left
 * @returns undefined when it is in no such place
 */
function placeToRead(deployments: readonly Deployment[], wanted: TargetName | undefined): Deployment | undefined {
  if (wanted !== undefined) return deployments.find(({ target }) => target === wanted)
  const inOrder = [...deployments.filter(isHere), ...deployments.filter((each) => !isHere(each))]
  return (
    inOrder.find(({ status }) => status === 'running') ??
    inOrder.find(({ status }) => status !== 'deleted') ??
    inOrder[0]
  )
}

function isHere({ target }: Deployment): boolean {
  return target === 'local'
}

/** As many of the newest lines as an answer has room for; the cursor goes on with those before. */
async function readFitting(query: LogQuery, read: (query: LogQuery) => Promise<LogPage>): Promise<LogPage> {
  const page = await read(query)
  // Each stands in the text and in the structure.
  const tokens = page.lines.map((line) => 2 * tokensOf(toShown(line)))
  let used = 0
  const tooMany = tokens.toReversed().findIndex((each) => (used += each) > LINES_TOKENS)
  return tooMany === -1 ? page : read({ ...query, limit: Math.max(1, tooMany) })
}

type LogPage = Awaited<ReturnType<DeploymentTarget['logs']>>

/** Of an answer; the rest is for what stands around the lines. */
const LINES_TOKENS = defaults.limits.answerTokens * 0.9

const LONGEST_LINE = 2_000

function toShown({ at, level, message }: LogLine) {
  const shown = message.length > LONGEST_LINE ? `${message.slice(0, LONGEST_LINE)}…` : message
  return { at: at.toISOString(), level, message: shown }
}

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
