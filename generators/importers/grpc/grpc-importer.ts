import type protobuf from 'protobufjs'
import type { Credential } from '../../../runtime/library/http-call.ts'
import type { ApiImporter, ApiOperation, ImportedApi, ImportOptions } from '../../../src/model/api-importer.ts'
import { MetaError } from '../../../src/errors/meta-error.ts'
import type { SkippedPart } from '../../../src/model/tool-definition.ts'
import { tokenNameOf } from '../graphql/token-name.ts'
import { cleanText } from '../openapi/clean-text.ts'
import { OperationNames } from '../openapi/operation-names.ts'
import { PartSkipped } from '../openapi/part-skipped.ts'
import { descriptionTooLarge } from '../openapi/text-budget.ts'
import { type Endpoint, readEndpoint } from './grpc-endpoint.ts'
import { loadProto } from './load-proto.ts'
import { nameOf } from './message-types.ts'
import { readMethod } from './read-method.ts'
import { looksLikeProto } from './recognize-proto.ts'

/** Reads the services of `.proto` files, or of a FileDescriptorSet: each unary or server-streaming method is a tool. */
export const grpcImporter: ApiImporter = { kind: 'grpc', recognizes: looksLikeProto, read: readGrpc }

const MOST_METHODS = 5_000

async function readGrpc(text: string, options: ImportOptions): Promise<ImportedApi> {
  const { root, skipped: missing } = await loadProto(text, options)
  const services = servicesOf(root)
  if (services.length === 0) throw withoutServices()
  const methods = services.flatMap((service) => service.methodsArray.map((method) => ({ service, method })))
  if (methods.length > MOST_METHODS) throw descriptionTooLarge(`has more than ${MOST_METHODS} methods`)
  // A server that was asked for its description is the one to call.
  const asked = /^grpc/i.test(options.origin ?? '') ? options.origin : undefined
  const endpoint = readEndpoint(options.baseUrl ?? asked)
  const credential = endpoint && credentialOf(endpoint)
  const names = new OperationNames()
  const skipped: SkippedPart[] = [...(endpoint ? [] : [NO_ENDPOINT]), ...missing]
  const operations = methods.flatMap(({ service, method }): ApiOperation[] => {
    const pointer = `/${nameOf(service)}/${method.name}`
    try {
      return [readMethod({ service, method, pointer }, { endpoint, credential, names })]
    } catch (error) {
      if (!(error instanceof PartSkipped)) throw error
      skipped.push({ pointer, reason: error.message })
      return []
    }
  })
  return {
    kind: 'grpc',
    title: services
      .map(({ name }) => name)
      .slice(0, 3)
      .join(', '),
    description: cleanText(services.map(({ comment }) => comment ?? '').join('\n'), 1_000),
    version: '',
    operations,
    hosts: endpoint ? [endpoint.host] : [],
    credentials: credential && operations.length > 0 ? [credential] : [],
    skipped,
    warnings: [],
  }
}

const NO_ENDPOINT: SkippedPart = {
  pointer: '/',
  reason: 'no file names an address; give it as base_url: https://… for Connect, grpc-web+https://… or grpcs://…',
}

/** Not those of reflection and health, which are for machines. */
function servicesOf(root: protobuf.NamespaceBase): readonly protobuf.Service[] {
  return root.nestedArray.flatMap((nested): protobuf.Service[] => {
    if ('methodsArray' in nested) {
      // Only services have methods.
      const service = nested as protobuf.Service
      return /^\.grpc\.(reflection|health)\./.test(service.fullName) ? [] : [service]
    }
    return 'nestedArray' in nested ? [...servicesOf(nested as protobuf.NamespaceBase)] : []
  })
}

/** Whether a service wants a token no file says: one is sent when it is set. */
function credentialOf({ host }: Endpoint): Credential {
  return {
    name: tokenNameOf(host),
    hosts: [host],
    placement: { type: 'bearer' },
    purpose: `Signs in at ${host}, if it wants that.`,
  }
}

function withoutServices(): MetaError {
  return new MetaError(
    'DESCRIPTION_INVALID',
    'The description has no service, so there is nothing to call.',
    'Give the .proto file that has the service; what it imports is read with it.',
  )
}
