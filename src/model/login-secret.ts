/** What a published server shows to the issuer at which people log in. No server's code is given it. */
export const LOGIN_SECRET = 'MCP_LOGIN_CLIENT_SECRET'

/** Of whom the secret is. */
export interface LoginClient {
  /** Its address. */
  readonly issuer: string
  readonly clientId: string
}

const BEGIN = 'the login at '

/**
 * Where the vault keeps it: no address has this form, so no request of a server is ever sent there. It holds for one
 * client of one issuer: who changes the settings gets nothing that was entered for another.
 */
export function loginPlace({ issuer, clientId }: LoginClient): string {
  return `${BEGIN}${issuer} as ${clientId}`
}

export function isLoginPlace(host: string): boolean {
  return host.startsWith(BEGIN)
}
