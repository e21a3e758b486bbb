import type { Credentials } from '../../../bridge/connect/login/credentials.ts'
import { MetaError } from '../../errors/meta-error.ts'
import { LOCAL_TENANT } from '../../model/ids.ts'
import { hostKey } from '../../net/address.ts'
import type { ServerSecrets } from '../server-secrets.ts'
import type { ConnectionTarget } from './connections.ts'
import type { StoredLogins } from './stored-login.ts'

/**
 * What a connection signs in with: the token that a person entered, read anew for each request, so that one that was
 * just entered counts; else the login they made with `mcpwright login`, which is the data directory's owner's alone.
 */
export function connectionCredentials(
  target: ConnectionTarget,
  secrets: Pick<ServerSecrets, 'load'>,
  logins: StoredLogins,
  signal: AbortSignal,
): Credentials {
  const { tenantId, connection } = target
  const wanted = (): MetaError => signInWanted(target)
  let loading: Promise<Credentials> | undefined
  /** undefined for whoever is not the owner. OAuth takes a while to load: most connections have a token, or need none. */
  const findLogin = async (): Promise<Credentials | undefined> => {
    if (tenantId !== LOCAL_TENANT) return undefined
    return (loading ??= import('./stored-login.ts').then(({ storedLogin }) =>
      storedLogin(connection.url, logins, wanted, signal),
    ))
  }
  /** @throws MetaError UNAUTHORIZED when it was the token that was refused */
  const loginOnly = async (): Promise<Credentials> => {
    if ((await tokenOf(target, secrets)) !== undefined) throw tokenRefused(target)
    const login = await findLogin()
    if (login) return login
    throw wanted()
  }
  return {
    current: async () => (await tokenOf(target, secrets)) ?? (await findLogin())?.current(),
    renew: async (rejected, challenge) => (await loginOnly()).renew(rejected, challenge),
    widen: async (insufficient, challenge) => (await loginOnly()).widen(insufficient, challenge),
  }
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

function tokenRefused({ connection: { name, url, token = tokenName(name) } }: ConnectionTarget): MetaError {
  const host = hostKey(new URL(url))
  return new MetaError('UNAUTHORIZED', `"${host}" refuses ${token}.`, 'A person enters another one: request_secrets.')
}

function signInWanted({ tenantId, connection: { name, url, token = tokenName(name) } }: ConnectionTarget): MetaError {
  const orLogin = tenantId === LOCAL_TENANT ? `, or logs in there with: mcpwright login ${url}` : ''
  return new MetaError(
    'SECRET_MISSING',
    `"${hostKey(new URL(url))}" wants a token.`,
    `A person enters it as ${token} (request_secrets)${orLogin}.`,
  )
}
