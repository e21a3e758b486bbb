import type { ServerId, TenantId } from './ids.ts'
import type { Exposure } from './server-definition.ts'

export const SERVER_STATUSES = ['draft', 'running', 'deployed', 'stopped', 'failed', 'archived'] as const
export type ServerStatus = (typeof SERVER_STATUSES)[number]

/** The registry's row of a server, without its tools. */
export interface Server {
  readonly id: ServerId
  readonly tenantId: TenantId
  readonly name: string
  readonly description: string
  readonly revision: number
  readonly exposure: Exposure
  readonly status: ServerStatus
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly deletedAt: Date | null
}
