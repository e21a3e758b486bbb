import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server'
import type { TaskKeeper } from '../../runtime/library/server/serve-tasks.ts'
import type { TaskState } from '../../runtime/library/server/tasks.ts'
import { defaults } from '../config/defaults.ts'
import { renderError } from '../errors/render.ts'
import type { JobId } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'
import { jobError } from '../pipeline/follow-job.ts'
import type { Services } from '../pipeline/services.ts'
import type { Job, JobRecord } from '../queue/queue.ts'
import { findDeploymentById } from '../registry/deployment-store.ts'
import { answerOfJob } from './job-answer.ts'
import { errorToResult, toResult } from './meta-result.ts'

/**
 * Durable jobs as tasks of the extension io.modelcontextprotocol/tasks (SEP-2663). A task's id is its job's, so it
 * outlives the daemon; another tenant's is unknown. Its result is what the call would have been answered.
 */
export function createJobTasks(services: () => Promise<Services>, principal: Principal): TaskKeeper {
  const { tenantId } = principal

  async function require(taskId: string): Promise<JobRecord> {
    // A JobId is a UUID, as is checked here.
    const record = UUID.test(taskId) ? await (await services()).queue.read(tenantId, taskId as JobId) : undefined
    if (record) return record
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no task "${taskId}".`)
  }

  return {
    async get(taskId) {
      const record = await require(taskId)
      const base = {
        taskId,
        createdAt: record.createdAt.toISOString(),
        lastUpdatedAt: record.changedAt.toISOString(),
        ttlMs: defaults.jobs.keptMs,
        pollIntervalMs: defaults.jobs.pollMs,
      }
      return { ...base, ...(await describeState(record, { services: await services(), principal })) }
    },
    async answer(taskId) {
      // A job asks nothing: what a person has to agree to was asked before it was sent.
      await require(taskId)
    },
    async cancel(taskId) {
      await require(taskId)
      await (await services()).queue.cancel(tenantId, taskId as JobId)
    },
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

type ShownState = Pick<TaskState, 'status' | 'statusMessage' | 'result'>

async function describeState(
  { job, state }: JobRecord,
  call: { readonly services: Services; readonly principal: Principal },
): Promise<ShownState> {
  switch (state.state) {
    case 'waiting':
      return { status: 'working', statusMessage: 'Waiting for its turn.' }
    case 'active': {
      const statusMessage = await messageOf(job, call.services)
      return { status: 'working', ...(statusMessage && { statusMessage }) }
    }
    case 'failed':
      if (state.error.code === 'CANCELLED') return { status: 'cancelled', statusMessage: state.error.message }
      // A tool's failure is a result that its model reads; only a protocol error would be `failed`.
      return {
        status: 'completed',
        result: errorToResult(withoutValues(renderError(jobError(state.error)), call)),
      }
    case 'done':
      return {
        status: 'completed',
        result: toResult(withoutValues(await answerOfJob(job, state.output, call), call)),
      }
  }
}

async function messageOf(job: Job, { db }: Services): Promise<string | null | undefined> {
  if (!('deploymentId' in job)) return undefined
  return (await db.as(job.tenantId, (sql) => findDeploymentById(sql, job.tenantId, job.deploymentId)))?.statusMessage
}

/** Before it is written as JSON, where a value would stand escaped. */
function withoutValues<Value>(
  value: Value,
  { services, principal }: { readonly services: Services; readonly principal: Principal },
): Value {
  return services.redactor.redact(value, principal.tenantId)
}
