import { LOCAL_TENANT } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'

/** Locally there is one person: the owner of the data directory. */
export const OWNER: Principal = { tenantId: LOCAL_TENANT, subject: 'owner', scopes: ['read', 'write', 'deploy'] }
