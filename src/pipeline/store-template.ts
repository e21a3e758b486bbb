import type { TemplateParts } from '../../generators/templates/template.ts'
import { defaults } from '../config/defaults.ts'
import type { Quota } from '../config/load-config.ts'
import type { Sql } from '../db/db.ts'
import type { Server } from '../model/server.ts'
import { upsertCredentials } from '../registry/credential-store.ts'
import { insertPrompt } from '../registry/prompt-store.ts'
import { insertResource } from '../registry/resource-store.ts'
import { putSavedTest } from '../registry/saved-test-store.ts'
import { changeSharedCode } from '../registry/shared-code-store.ts'
import { addTools } from './quota.ts'

/** Gives a new server all parts of its template. Run it in the transaction that makes the server. */
export async function storeTemplate(sql: Sql, quota: Quota, server: Server, parts: TemplateParts): Promise<void> {
  const { tenantId, id } = server
  if (parts.tools.length > 0) await addTools(sql, quota, tenantId, server, parts.tools)
  for (const resource of parts.resources) await insertResource(sql, tenantId, server, resource)
  for (const prompt of parts.prompts) await insertPrompt(sql, tenantId, server, prompt)
  if (parts.credentials.length > 0) await upsertCredentials(sql, tenantId, id, parts.credentials)
  await changeSharedCode(sql, tenantId, id, parts.shared)
  // A template has a handful of tests, far below what a server may have.
  for (const test of parts.tests) await putSavedTest(sql, tenantId, id, test, defaults.tests.most)
}
