import type { Credential } from '../../../runtime/library/http-call.ts'
import { secretName, words } from '../openapi/secret-names.ts'

/** The credentials of a description, each bound to the hosts that its operations go to. */
export class SoapCredentials {
  readonly #credentials = new Map<string, Credential>()

  all(): readonly Credential[] {
    return [...this.#credentials.values()].toSorted((left, right) => (left.name < right.name ? -1 : 1))
  }

  /**
   * Ways to sign in for a call to a host, as `HttpCall.security` has them. What a WSDL says nothing of may be needed all
   * the same: then a login is sent when it is set, by HTTP or in the message.
   * @param fields  names of the credentials that stand in a header of the message
   */
  securityFor(
    host: string | undefined,
    { fields, isUserNameNeeded }: { readonly fields: readonly string[]; readonly isUserNameNeeded: boolean },
  ): string[][] {
    if (host === undefined) return []
    const inFields = fields.map((name) =>
      this.#keep({ name, hosts: [host], placement: { type: 'soapHeader' }, purpose: `In the SOAP header at ${host}.` }),
    )
    const token: Credential = {
      name: nameFor(host, 'WSSE'),
      hosts: [host],
      placement: { type: 'usernameToken' },
      purpose: `Signs in at ${host} by WS-Security, as user:password${isUserNameNeeded ? '' : ', if it wants that'}.`,
    }
    if (isUserNameNeeded) return [[...inFields, this.#keep(token)]]
    if (inFields.length > 0) return [inFields, []]
    const login: Credential = {
      name: nameFor(host, 'LOGIN'),
      hosts: [host],
      placement: { type: 'basic' },
      purpose: `Signs in at ${host} by HTTP, as user:password, if it wants that.`,
    }
    return [[this.#keep(login)], [this.#keep(token)], []]
  }

  #keep(credential: Credential): string {
    const known = this.#credentials.get(credential.name)
    const hosts = [...new Set([...(known?.hosts ?? []), ...credential.hosts])]
    this.#credentials.set(credential.name, { ...credential, hosts })
    return credential.name
  }
}

/** `ws.shop.example` wants SHOP_EXAMPLE_LOGIN. */
function nameFor(host: string, kind: string): string {
  const telling = host
    .replace(/:\d+$/, '')
    .split('.')
    .filter((part) => !/^(api|www|ws|soap|services?|webservices?|com|net|org|io)$/.test(part))
  return secretName(`${words(telling.join('_')) || 'API'}_${kind}`)
}
