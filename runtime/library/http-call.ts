import type { JsonSchema } from './json-schema.ts'
import type { Protocol } from './protocol.ts'

/** How one argument of a tool travels in a request. Styles: OpenAPI 3.1, section 4.8.12.3. */
export interface HttpParameter {
  /** The property of the tool's input that holds the value. */
  readonly argument: string
  /** The name on the wire. */
  readonly name: string
  /** `querystring` is the whole query, written as `contentType` (OpenAPI 3.2, section 4.12.1). */
  readonly in: 'path' | 'query' | 'header' | 'cookie' | 'querystring'
  readonly style: 'simple' | 'label' | 'matrix' | 'form' | 'spaceDelimited' | 'pipeDelimited' | 'deepObject'
  readonly explode: boolean
  /** What stands between the items of a list, then of the lists in it; absent where the style says it. */
  readonly separators?: readonly string[]
  readonly allowReserved?: boolean
  readonly allowEmptyValue?: boolean
  /** Set when the value is serialised as this media type (`content` in OpenAPI) instead of by style. */
  readonly contentType?: string
}

/** How one part of a form or multipart body is written. OpenAPI 3.1, section 4.8.15 (Encoding Object). */
export interface PartEncoding {
  readonly contentType?: string
  readonly style?: HttpParameter['style']
  readonly explode?: boolean
  /** A list is one part, or one field, with these between its items (as in HttpParameter). */
  readonly separators?: readonly string[]
  readonly allowReserved?: boolean
  readonly headers?: Readonly<Record<string, string>>
}

export type HttpBody =
  | {
      readonly kind: 'argument'
      /** The property of the tool's input that holds the whole body. */
      readonly argument: string
      readonly mediaType: string
      readonly required: boolean
      readonly encoding?: Readonly<Record<string, PartEncoding>>
      /** Kept where the media type needs it: XML names, multipart defaults. */
      readonly schema?: JsonSchema
    }
  | {
      readonly kind: 'template'
      readonly mediaType: string
      /** JSON (or text) in which every string `{argument}` stands for that argument's value. */
      readonly template: unknown
    }

/** One possible base URL. `{name}` placeholders are filled from `variables`. */
export interface HttpServer {
  readonly url: string
  readonly variables?: Readonly<Record<string, { readonly default: string; readonly enum?: readonly string[] }>>
}

/** A request as data: everything that is needed to turn a tool's input into bytes on the wire. */
export interface HttpCall {
  readonly kind: 'http'
  readonly method: string
  /** Template with `{name}` placeholders, as in the description: `/repos/{owner}/{repo}`. */
  readonly path: string
  /** Absolute URLs; the first is the default. */
  readonly servers: readonly HttpServer[]
  readonly parameters: readonly HttpParameter[]
  /** Constants that every call sends. */
  readonly fixed?: {
    readonly query?: Readonly<Record<string, string>>
    readonly headers?: Readonly<Record<string, string>>
  }
  /** Texts around arguments, with `{argument}` placeholders: `created:>{date}`. Sent when every argument is given. */
  readonly mixed?: {
    readonly query?: Readonly<Record<string, string>>
    readonly headers?: Readonly<Record<string, string>>
  }
  readonly body?: HttpBody
  /** What is spoken over HTTP, in the place of a body. */
  readonly protocol?: Protocol
  /** Media types of the successful answer, best first; sent as Accept. */
  readonly accept: readonly string[]
  /** Alternatives; each is a list of credential names that are sent together; `[]` among them means none is needed. */
  readonly security: readonly (readonly string[])[]
  /** The argument that names the parts of a JSON answer to keep (select-fields.ts); it is not sent. */
  readonly fields?: string
  /** JSON pointer of the part of a JSON answer that is returned. */
  readonly pick?: string
  /** JSON pointer of a list of errors that comes with a success, as GraphQL's does: `/errors`. */
  readonly errors?: string
}

/** Where a credential goes in a request. The value is `env[name]`. */
export type CredentialPlacement =
  | {
      readonly type: 'apiKey'
      readonly in: 'header' | 'query' | 'cookie'
      readonly name: string
      /** The text that is sent, with `{value}` for the value: `Token {value}`. Absent: the value alone. */
      readonly format?: string
    }
  | { readonly type: 'bearer' }
  /** The value is `user:password`. */
  | { readonly type: 'basic' }
  /** The value is `client id:client secret`; calls carry a bearer token that is got with it (access-token.ts). */
  | ({ readonly type: 'clientCredentials'; readonly scopes: readonly string[] } & TokenServer)
  /** The value is `client id:client secret`, or `client id:`; it goes to the token server, beside a refresh token only. */
  | { readonly type: 'client' }
  /** The value is the refresh token of a person's login; calls carry a bearer token that is got with it. */
  | ({
      readonly type: 'refreshToken'
      /** The credential of the client that the login was made with; it is sent with every exchange. */
      readonly client: string
      /** Those that a login asks for. */
      readonly scopes: readonly string[]
      /** Where a person logs in (flow `authorizationCode`); an OpenID provider tells it itself. */
      readonly authorizationUrl?: string
      /** Where the token is exchanged, when that is not the token server's address. */
      readonly refreshUrl?: string
    } & TokenServer)
  /** The value is `user:password`, for the WS-Security header of a SOAP message. */
  | { readonly type: 'usernameToken' }
  /** The value stands in a header of a SOAP message, where its element says so (soap/soap-protocol.ts). */
  | { readonly type: 'soapHeader' }
  /** The value is a client certificate with its private key, as PEM; the key may have a variable of its own. */
  | { readonly type: 'mutualTLS'; readonly key: string }

/** Where tokens are got: an address, or an OpenID provider's metadata that names it (token-server.ts). */
export type TokenServer =
  /** `discoveredFrom`: of an OpenID provider, as a person has seen and allowed it. */
  { readonly tokenUrl: string; readonly discoveredFrom?: string } | { readonly openIdConnectUrl: string }

export interface Credential {
  /** Name of the environment variable or secret: `GITHUB_TOKEN`. */
  readonly name: string
  /** The hosts it may be sent to, as `host` or `host:port`. */
  readonly hosts: readonly string[]
  readonly placement: CredentialPlacement
  readonly purpose: string
}
