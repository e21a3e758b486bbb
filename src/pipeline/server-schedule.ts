import type { DeploymentRequest, LogLine } from '../model/deployment-target.ts'
import type { ServerId } from '../model/ids.ts'
import { findDeployment } from '../registry/deployment-store.ts'
import type { ScheduledCall } from '../registry/scheduled-call-store.ts'
import { createCallSchedule, type LaterCall } from './schedule-calls.ts'
import type { Services } from './services.ts'

type WriteLog = (level: LogLine['level'], message: string) => void

/** The calls that deployed servers have put off. They come to a server as any other call does. */
export interface ServerSchedule {
  /** Gives a deployed server its `context.schedule`; what fails later is written to `log`. */
  join(request: DeploymentRequest, log: WriteLog): (later: LaterCall) => Promise<void>
  /** Servers have come up. */
  wake(): void
  close(): Promise<void>
}

export function createServerSchedule(services: Pick<Services, 'db' | 'daemonId' | 'reachServer'>): ServerSchedule {
  const logs = new Map<ServerId, WriteLog>()
  const schedule = createCallSchedule({
    ...services,
    call: (due, signal) => callServer(due, services, signal),
    onFailure({ serverId, tool }, error) {
      const reason = error instanceof Error ? error.message : String(error)
      logs.get(serverId)?.('error', `The scheduled call of ${tool} failed: ${reason}`)
    },
  })
  return {
    join({ server }, log) {
      logs.set(server.id, log)
      return (later) => schedule.add(server.tenantId, server.id, later)
    },
    wake: schedule.wake,
    close: schedule.close,
  }
}

async function callServer(
  { tenantId, serverId, tool, input }: ScheduledCall,
  { db, reachServer }: Pick<Services, 'db' | 'reachServer'>,
  signal: AbortSignal,
): Promise<void> {
  const deployment = await db.as(tenantId, (sql) => findDeployment(sql, tenantId, serverId, 'local'))
  const running = deployment && reachServer(deployment)
  if (!running) throw new Error('The server is not up any more.')
  const result = await running.request('tools/call', { name: tool, arguments: input ?? {} }, { signal })
  const { isError, content } = result as { readonly isError?: boolean; readonly content?: readonly { text?: string }[] }
  if (isError) throw new Error(content?.map(({ text }) => text ?? '').join(' ') || 'It answered with an error.')
}
