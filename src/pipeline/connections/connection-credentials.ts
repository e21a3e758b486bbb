import type { Credentials } from '../../../bridge/connect/login/credentials.ts'
import { MetaError } from '../../errors/meta-error.ts'
import { hostKey } from '../../net/address.ts'
import type { ServerSecrets } from '../server-secrets.ts'
import type { ConnectionTarget } from './connections.ts'

/**
 * The token that a person entered for a connection, read anew for each request, so that one that was just entered
 * counts. Nothing here logs in.
 */
export function tokenCredentials(target: ConnectionTarget, secrets: Pick<ServerSecrets, 'load'>): Credentials {
  const refuse = async (rejected: string | undefined): Promise<never> => {
    throw tokenWanted(target, rejected !== undefined)
  }
  return { current: () => tokenOf(target, secrets), renew: refuse, widen: refuse }
}

/** undefined until a person has entered it */
export async function tokenOf(
  { tenantId, serverId, connection: { token, url } }: ConnectionTarget,
  secrets: Pick<ServerSecrets, 'load'>,
): Promise<string | undefined> {
  if (token === undefined) return undefined
  return (await secrets.load(tenantId, serverId)).value(token, hostKey(new URL(url)))
}

/** How the secret of a connection is called. */
export function tokenName(connection: string): string {
  return `${connection.toUpperCase()}_TOKEN`
}

function tokenWanted({ connection: { name, url, token } }: ConnectionTarget, wasGiven: boolean): MetaError {
  const host = hostKey(new URL(url))
  const secret = token ?? tokenName(name)
  return wasGiven
    ? new MetaError(
        'UNAUTHORIZED',
        `"${host}" refuses the token ${secret}.`,
        'A person enters another one: request_secrets.',
      )
    : new MetaError('SECRET_MISSING', `"${host}" wants a token.`, `A person enters it as ${secret}: request_secrets.`)
}
