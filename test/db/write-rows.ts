import { openPglite } from '../../src/db/pglite.ts'
import { LOCAL_TENANT } from '../../src/model/ids.ts'

// Writes rows until it is killed, and tells how many were committed.
const [, , directory = '', templates = ''] = process.argv
const db = await openPglite({ directory, templateFolders: [templates] })
for (let count = 1; ; count++) {
  await db.as(LOCAL_TENANT, (sql) =>
    sql.query("INSERT INTO audit_events (tenant_id, subject, action, details) VALUES ($1, 'test', 'write', '{}')", [
      LOCAL_TENANT,
    ]),
  )
  process.send?.(count)
}
