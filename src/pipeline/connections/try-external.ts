import type { ClientSide } from '../../../runtime/library/wire.ts'
import { isInputNeeded } from '../../../runtime/library/input-needed.ts'
import { MetaError } from '../../errors/meta-error.ts'
import type { Server } from '../../model/server.ts'
import type { ExternalHandler } from '../../model/tool-definition.ts'
import { findConnection } from '../../registry/connection-store.ts'
import type { Services } from '../services.ts'
import type { TryReport } from '../try-tool.ts'
import { callExternal } from './call-external.ts'

interface ExternalTry {
  readonly server: Server
  readonly handler: ExternalHandler
  readonly input: Readonly<Record<string, unknown>>
  readonly client: ClientSide
}

/** Calls a tool of a connected server once, as the draft has it. */
export async function tryExternal(
  { server, handler, input, client }: ExternalTry,
  services: Services,
  signal: AbortSignal,
): Promise<TryReport> {
  const { tenantId, id: serverId } = server
  const started = performance.now()
  const report = (outcome: Pick<TryReport, 'ok' | 'result' | 'problem'>): TryReport => ({
    ...outcome,
    requests: [],
    logs: [],
    secrets: [],
    ms: Math.round(performance.now() - started),
  })
  const connection = await services.db.as(tenantId, (sql) =>
    findConnection(sql, tenantId, serverId, handler.connection),
  )
  if (!connection) return report({ ok: false, problem: `There is no connection "${handler.connection}" any more.` })
  try {
    const target = { tenantId, serverId, connection }
    const result = await callExternal({ target, handler, input, client }, services, signal, () => {})
    return report({ ok: result.isError !== true, result })
  } catch (error) {
    if (isInputNeeded(error)) {
      return report({ ok: false, problem: `The tool asks the client: ${JSON.stringify(error.requests)}` })
    }
    if (!(error instanceof MetaError)) throw error
    return report({ ok: false, problem: `${error.code}: ${error.message} ${error.fix}` })
  }
}
