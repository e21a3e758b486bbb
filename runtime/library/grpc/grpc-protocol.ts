/**
 * A call of a gRPC method as data. Connect: connectrpc.com/docs/protocol; gRPC and gRPC-Web: grpc.io,
 * doc/PROTOCOL-HTTP2.md and PROTOCOL-WEB.md.
 */
export interface GrpcProtocol {
  readonly kind: 'grpc'
  /** `grpc` needs a host that speaks HTTP/2 and hands trailers back (grpc-codec.ts). */
  readonly wire: 'connect' | 'grpc-web' | 'grpc'
  /** A FileDescriptorProto in base64 with the messages and all that they are made of. */
  readonly descriptor: string
  /** Full names of the messages. */
  readonly input: string
  readonly output: string
  /** The properties of the tool's input. */
  readonly arguments: readonly string[]
  /** The message has a JSON form without members: it is the argument `value`. */
  readonly isWrapped?: true
  /** The server answers with any number of messages. */
  readonly isStream?: true
}
