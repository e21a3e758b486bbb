/** gRPC over HTTP/2; gRPC-Web is HTTP like any other. */
export function isGrpc(headers: readonly (readonly [string, string])[]): boolean {
  return headers.some(
    ([name, value]) => name.toLowerCase() === 'content-type' && /^application\/grpc(\+|;|$)/i.test(value.trim()),
  )
}
