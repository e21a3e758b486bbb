import type protobuf from 'protobufjs'
import type { GrpcProtocol } from '../../../runtime/library/grpc/grpc-protocol.ts'
import type { Credential } from '../../../runtime/library/http-call.ts'
import type { JsonSchema } from '../../../runtime/library/json-schema.ts'
import type { Effect } from '../../../runtime/library/operation.ts'
import type { ApiOperation } from '../../../src/model/api-importer.ts'
import { effectOfName } from '../name-effect.ts'
import { cleanText } from '../openapi/clean-text.ts'
import { asRecord } from '../openapi/json-value.ts'
import type { OperationNames } from '../openapi/operation-names.ts'
import { PartSkipped } from '../openapi/part-skipped.ts'
import { loosenMultiplyingSchema } from '../schema-budget.ts'
import { describeTypes } from './describe-types.ts'
import type { Endpoint } from './grpc-endpoint.ts'
import { messageSchema } from './message-schema.ts'
import { nameOf } from './message-types.ts'
import { wellKnownSchema } from './well-known-schemas.ts'

export interface ServiceMethod {
  readonly service: protobuf.Service
  readonly method: protobuf.Method
  readonly pointer: string
}

/** What the methods of one description have in common. */
export interface GrpcReading {
  readonly endpoint: Endpoint | undefined
  readonly credential: Credential | undefined
  readonly names: OperationNames
}

const LONGEST_DESCRIPTION = 560
/** Characters of JSON; a list of tools carries every output schema. */
const LARGEST_OUTPUT = 1_024
const LARGEST_INPUT = 19_000
/** For a message that has no members: the argument that is its value. */
const VALUE = 'value'

/** @throws PartSkipped when the method cannot be called */
export function readMethod({ service, method, pointer }: ServiceMethod, reading: GrpcReading): ApiOperation {
  if (method.requestStream) throw new PartSkipped('its client streams: a call has one request')
  const request = messageOf(method, 'requestType')
  const answer = messageOf(method, 'responseType')
  const input = inputSchemaOf(request)
  if (JSON.stringify(input.schema).length > LARGEST_INPUT)
    throw new PartSkipped(`its input takes more than ${LARGEST_INPUT} characters to describe`)
  const outputSchema = outputSchemaOf(answer, method.responseStream === true)
  const { endpoint, credential, names } = reading
  const isStream = method.responseStream === true
  const protocol: GrpcProtocol = {
    kind: 'grpc',
    wire: endpoint?.wire ?? 'connect',
    descriptor: describeTypes([request, answer]),
    input: nameOf(request),
    output: nameOf(answer),
    arguments: Object.keys(Object(input.schema.properties)),
    ...(input.isWrapped && { isWrapped: true }),
    ...(isStream && { isStream }),
  }
  const path = `/${nameOf(service)}/${method.name}`
  return {
    name: names.nameFor(method.name, service.name, method.name),
    description: descriptionOf(method, input.note),
    effect: effectOf(method),
    inputSchema: input.schema,
    ...(outputSchema && { outputSchema }),
    group: service.name,
    call: {
      kind: 'http',
      method: 'POST',
      path: `${endpoint?.path ?? ''}${path}`,
      servers: endpoint ? [{ url: endpoint.origin }] : [],
      parameters: [],
      protocol,
      accept: [],
      security: credential ? [[credential.name], []] : [[]],
    },
    source: { pointer },
    label: `${nameOf(service)}/${method.name}`,
    tags: [service.name],
  }
}

function messageOf(method: protobuf.Method, which: 'requestType' | 'responseType'): protobuf.Type {
  try {
    method.resolve()
  } catch {
    // One of the two is missing; which one is told below.
  }
  const found = which === 'requestType' ? method.resolvedRequestType : method.resolvedResponseType
  const type = found ?? method.parent?.lookup(method[which])
  if (type && 'fieldsArray' in type) return type
  throw new PartSkipped(`the message "${method[which].slice(0, 200)}" is not defined`)
}

function inputSchemaOf(request: protobuf.Type): { schema: JsonSchema; isWrapped: boolean; note: string } {
  const known = wellKnownSchema(nameOf(request), 'input')
  if (!known) {
    const { description, ...schema } = messageSchema(request, 'input', LARGEST_INPUT)
    return {
      schema: loosenMultiplyingSchema(schema),
      isWrapped: false,
      note: typeof description === 'string' ? description : '',
    }
  }
  const isEmpty = nameOf(request) === 'google.protobuf.Empty'
  const properties = isEmpty ? {} : { [VALUE]: known }
  return { schema: { type: 'object', properties, additionalProperties: false }, isWrapped: !isEmpty, note: '' }
}

/** Only a small one is listed; it demands nothing, since clients refuse a call for one mismatch. */
function outputSchemaOf(answer: protobuf.Type, isStream: boolean): JsonSchema | undefined {
  const known = wellKnownSchema(nameOf(answer), 'output')
  const { $defs, ...message }: JsonSchema = known ?? loosenMultiplyingSchema(messageSchema(answer, 'output'))
  const schema = isStream ? { type: 'object', properties: { messages: { type: 'array', items: message } } } : message
  const whole: JsonSchema = { ...schema, ...($defs !== undefined && { $defs }) }
  return whole.type === 'object' && JSON.stringify(whole).length <= LARGEST_OUTPUT ? whole : undefined
}

function descriptionOf({ name, comment, responseStream }: protobuf.Method, note: string): string {
  const more = [
    ...(responseStream ? ['Answers with all messages that come within ten seconds.'] : []),
    ...(note === '' ? [] : [cleanText(note, 200)]),
  ].join(' ')
  const said = cleanText(comment ?? '', LONGEST_DESCRIPTION - more.length)
  return `${said === '' ? `Calls ${name}.` : said} ${more}`.trim()
}

/** By the verb of its HTTP form (google.api.http), else as its options say, else by its name. */
function effectOf({ name, options, parsedOptions }: protobuf.Method): Effect {
  const verb = httpVerbOf(parsedOptions)
  if (verb !== undefined) return verb === 'get' ? 'read' : verb === 'delete' ? 'delete' : 'write'
  if (options?.idempotency_level === 'NO_SIDE_EFFECTS') return 'read'
  return effectOfName(name)
}

/** https://github.com/googleapis/googleapis/blob/master/google/api/http.proto */
function httpVerbOf(options: unknown): string | undefined {
  const list: unknown[] = Array.isArray(options) ? options : []
  const rules = list.map((option) => asRecord(asRecord(option)?.['(google.api.http)']))
  const rule = rules.find((each) => each !== undefined)
  return ['get', 'put', 'post', 'delete', 'patch'].find((verb) => rule?.[verb] !== undefined)
}
