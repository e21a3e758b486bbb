import { once } from 'node:events'
import { createServer } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import type { AddressInfo, Server } from 'node:net'
import { createFileRegistry, type DescService, fromBinary } from '@bufbuild/protobuf'
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'
import type { ConnectRouter } from '@connectrpc/connect'
import { connectNodeAdapter } from '@connectrpc/connect-node'
import protobuf from 'protobufjs'
import descriptor from 'protobufjs/ext/descriptor.js'
import { loadProto } from '../../../../generators/importers/grpc/load-proto.ts'

/** What the far side does for a method: it is given the message and the headers, as its own library read them. */
export type Method = (message: Record<string, unknown>, context: { readonly requestHeader: Headers }) => unknown

export interface ConnectPeer extends AsyncDisposable {
  /** HTTP/1.1: Connect and gRPC-Web. */
  readonly origin: string
  /** HTTP/2 without TLS: gRPC. */
  readonly h2c: string
  readonly methods: Record<string, Method>
}

/** A server that is not ours, which speaks Connect, gRPC-Web and gRPC. */
export async function startConnectPeer(text: string): Promise<ConnectPeer> {
  const service = await serviceOf(text)
  const methods: ConnectPeer['methods'] = {}
  // Its library knows the types of generated code only.
  const implementation = Object.fromEntries(
    service.methods.map(({ localName }) => [
      localName,
      (...given: Parameters<Method>) => methods[localName]?.(...given),
    ]),
  ) as unknown as Parameters<ConnectRouter['service']>[1]
  const handler = connectNodeAdapter({ routes: (router) => void router.service(service, implementation) })
  const [one, two] = await Promise.all([listening(createServer(handler)), listening(createHttp2Server({}, handler))])
  return {
    origin: `http://127.0.0.1:${one.port}`,
    h2c: `http://127.0.0.1:${two.port}`,
    methods,
    async [Symbol.asyncDispose]() {
      one.server.closeAllConnections?.()
      await Promise.all([one, two].map(({ server }) => new Promise((resolve) => void server.close(resolve))))
    },
  }
}

interface Listening {
  readonly server: Server & { closeAllConnections?(): void }
  readonly port: number
}

async function listening(server: Listening['server']): Promise<Listening> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A TCP server's address is an AddressInfo.
  return { server, port: (server.address() as AddressInfo).port }
}

/** The service as its library wants it: by descriptors that are none of ours. */
async function serviceOf(text: string): Promise<DescService> {
  const { root } = await loadProto(text.replace(/rpc Broken.*\n/, ''), {})
  if (!(root instanceof protobuf.Root)) throw new Error('There is no root.')
  const set = fromBinary(
    FileDescriptorSetSchema,
    descriptor.FileDescriptorSet.encode(root.toDescriptor('proto3')).finish(),
  )
  for (const file of set.file) {
    const namespace = root.lookup(file.package)
    const full = (name: string) => fullName(name, namespace)
    for (const message of file.messageType) completeNames(message, `.${file.package}`, full)
    for (const method of file.service.flatMap((each) => each.method)) {
      method.inputType = full(method.inputType)
      method.outputType = full(method.outputType)
    }
  }
  // What is referred to comes first.
  set.file.sort((left, right) => Number(right.package.startsWith('google')) - Number(left.package.startsWith('google')))
  const service = createFileRegistry(set).getService('desk.v1.Desk')
  if (!service) throw new Error('There is no service.')
  return service
}

interface Names {
  readonly name: string
  readonly field: { name: string; jsonName: string; typeName: string }[]
  readonly nestedType: Names[]
}

/** What a compiler writes out: names in JSON, and full names of types; entries of maps are types inside. */
function completeNames(message: Names, parent: string, full: (name: string) => string): void {
  const own = `${parent}.${message.name}`
  const inside = new Set(message.nestedType.map(({ name }) => name))
  for (const field of message.field) {
    field.jsonName ||= field.name
    if (field.typeName !== '')
      field.typeName = inside.has(field.typeName) ? `${own}.${field.typeName}` : full(field.typeName)
  }
  for (const nested of message.nestedType) completeNames(nested, own, full)
}

function fullName(name: string, namespace: protobuf.ReflectionObject | null): string {
  const found = namespace && 'lookup' in namespace ? (namespace as protobuf.NamespaceBase).lookup(name) : null
  return found?.fullName ?? name
}
