import type { DeploymentRequest } from '../../model/deployment-target.ts'
import { secretsOf } from '../../model/secrets-of.ts'
import type { ServerSecrets } from '../server-secrets.ts'

/** The server's own secrets by name, for a place where no broker adds them: each is one value there, for all its hosts. */
export async function workerSecretValues(
  { server, credentials, connected: { connections } }: DeploymentRequest,
  secrets: Pick<ServerSecrets, 'load'>,
): Promise<{ readonly values: Readonly<Record<string, string>>; readonly missing: readonly string[] }> {
  const resolver = await secrets.load(server.tenantId, server.id)
  const needed = secretsOf({ credentials, connections }).map(({ name, hosts }) => ({
    name,
    value: hosts.map((host) => resolver.value(name, host)).find((value) => value !== undefined),
  }))
  const values = needed.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value] as const]))
  const missing = needed.flatMap(({ name, value }) => (value === undefined ? [name] : []))
  return { values: Object.fromEntries(values), missing: [...new Set(missing)] }
}
