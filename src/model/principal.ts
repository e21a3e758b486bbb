import type { TenantId } from './ids.ts'

/** Who is asking. Every call carries one; locally it is the owner of the data directory. */
export interface Principal {
  readonly tenantId: TenantId
  readonly subject: string
  readonly scopes: readonly Scope[]
}

/** What a meta tool needs: to look, to change drafts, to run and deploy. */
export type Scope = 'read' | 'write' | 'deploy'
