import type { GrpcProtocol } from './grpc/grpc-protocol.ts'
import type { Credential } from './http-call.ts'
import type { SoapProtocol } from './soap/soap-protocol.ts'

/** What is spoken over HTTP where a request with its body alone does not say it. */
export type Protocol = SoapProtocol | GrpcProtocol

/** A request's own part, as a protocol writes it. */
export interface WrittenMessage {
  readonly contentType: string
  readonly content: string | Uint8Array<ArrayBuffer>
  readonly headers: Readonly<Record<string, string>>
}

/** An answer to read: its bytes, and what came with them. */
export interface ReceivedMessage {
  readonly status: number
  readonly headers: Headers
  readonly bytes: Uint8Array<ArrayBuffer>
  /** More came than was read. */
  readonly isCut: boolean
  /** Takes credentials out of a text. */
  mask(text: string): string
}

/** A value, or what went wrong in words for a model. `undefined`: no message of this protocol, but an answer of HTTP. */
export type ReadMessage = { readonly value: unknown } | { readonly problem: string } | undefined

export interface ProtocolCodec<Kind extends Protocol> {
  /**
   * @param credentials  those that were chosen for this call; `env` has their values
   * @throws CallRefused when the input cannot be written
   */
  write(
    protocol: Kind,
    input: Readonly<Record<string, unknown>>,
    login: { readonly credentials: readonly Credential[]; readonly env: Readonly<Record<string, string | undefined>> },
  ): WrittenMessage
  read(protocol: Kind, message: ReceivedMessage): ReadMessage
}

/** The protocols that a server speaks: only those that its operations need are bundled. */
export interface Protocols {
  readonly soap?: ProtocolCodec<SoapProtocol>
  readonly grpc?: ProtocolCodec<GrpcProtocol>
}

/** @throws Error when the server was bundled without it */
export function codecOf(protocol: Protocol, protocols: Protocols = {}): ProtocolCodec<Protocol> {
  // Each codec is given protocols of its own kind alone.
  const codec: ProtocolCodec<Protocol> | undefined = protocols[protocol.kind]
  if (!codec) throw new Error(`This server was bundled without ${protocol.kind}.`)
  return codec
}
