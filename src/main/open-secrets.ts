import type { Config } from '../config/load-config.ts'
import type { Db } from '../db/db.ts'
import { createServerSecrets } from '../pipeline/server-secrets.ts'
import type { Services } from '../pipeline/services.ts'
import { openKeyring } from '../secrets/keyring.ts'
import { finishRotation, rotateSecrets } from '../secrets/rotate-secrets.ts'
import type { Redactor } from '../secrets/redactor.ts'
import { createVault } from '../secrets/vault.ts'

/** The secrets that persons have entered or listed. The redactor learns every value before anything can say it. */
export async function openSecrets(
  config: Config,
  db: Db,
  redactor: Redactor,
): Promise<Pick<Services, 'secrets' | 'vault' | 'rotateSecrets'>> {
  const keyring = openKeyring(config)
  const ownToken = { name: 'MCPWRIGHT_CLOUDFLARE_TOKEN', value: config.cloudflare.token }
  for (const { name, value } of [...config.envSecrets, ownToken])
    if (value !== undefined) redactor.learn({ name, value })
  const vault = createVault(keyring, ({ tenantId, name }, value) => redactor.learn({ name, value }, tenantId))
  await finishRotation(db, vault, keyring)
  await db.asSystem((sql) => vault.noteAll(sql))
  const secrets = createServerSecrets(db, vault, config.envSecrets, (name, tenantId) => {
    const value = config.ownVariable(name)
    if (value !== undefined) redactor.learn({ name, value }, tenantId)
    return value
  })
  return { secrets, vault, rotateSecrets: () => rotateSecrets(db, vault, keyring) }
}
