import { fromBinary } from '@bufbuild/protobuf'
import {
  type DescriptorProto,
  type EnumDescriptorProto,
  type FileDescriptorProto,
  type FileDescriptorSet,
  FileDescriptorSetSchema,
  type MethodDescriptorProto,
} from '@bufbuild/protobuf/wkt'
import { BinaryReader } from '@bufbuild/protobuf/wire'

/** What a FileDescriptorSet says of its parts besides their form, by full name: `a.b.Service.Method`. */
export interface SetNotes {
  readonly comments: ReadonlyMap<string, string>
  /** The verb of a method's HTTP form (google.api.http): `get`. */
  readonly verbs: ReadonlyMap<string, string>
}

/** A FileDescriptorSet, before a parser whose time grows with the square of what stands in one block sees it. */
export function readSet(bytes: Uint8Array): FileDescriptorSet {
  return fromBinary(FileDescriptorSetSchema, bytes)
}

/** The number of members of each message, enum, service and file, at every depth. */
export function* blockSizes({ file }: FileDescriptorSet): Generator<number> {
  for (const { messageType, enumType, service, extension } of file) {
    yield messageType.length + enumType.length + service.length + extension.length
    for (const { method } of service) yield method.length
    yield* sizesOf(messageType, enumType)
  }
}

function* sizesOf(messages: readonly DescriptorProto[], enums: readonly EnumDescriptorProto[]): Generator<number> {
  for (const { value } of enums) yield value.length
  for (const { field, nestedType, enumType, oneofDecl, extension } of messages) {
    yield field.length + nestedType.length + enumType.length + oneofDecl.length + extension.length
    yield* sizesOf(nestedType, enumType)
  }
}

/** Comments stand beside the descriptors, by their places in the file (descriptor.proto, SourceCodeInfo). */
export function readSetNotes(set: FileDescriptorSet): SetNotes {
  const comments = new Map<string, string>()
  const verbs = new Map<string, string>()
  for (const file of set.file) {
    const names = namesByPath(file)
    for (const { path, leadingComments, trailingComments } of file.sourceCodeInfo?.location ?? []) {
      const name = names.get(path.join())
      const text = [leadingComments, trailingComments].find((each) => each !== undefined && each !== '')?.trim() ?? ''
      if (name !== undefined && text !== '') comments.set(name, text)
    }
    for (const service of file.service)
      for (const method of service.method) {
        const verb = verbOf(method)
        if (verb !== undefined) verbs.set(nameUnder(file.package, `${service.name}.${method.name}`), verb)
      }
  }
  return { comments, verbs }
}

const [MESSAGES, SERVICES, FIELDS, NESTED, METHODS] = [4, 6, 2, 3, 2]

function namesByPath(file: FileDescriptorProto): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  const addMessage = (message: DescriptorProto, path: readonly number[], parent: string): void => {
    const name = nameUnder(parent, message.name)
    names.set(path.join(), name)
    for (const [index, field] of message.field.entries())
      names.set([...path, FIELDS, index].join(), `${name}.${field.name}`)
    for (const [index, nested] of message.nestedType.entries()) addMessage(nested, [...path, NESTED, index], name)
  }
  for (const [index, message] of file.messageType.entries()) addMessage(message, [MESSAGES, index], file.package)
  for (const [index, service] of file.service.entries()) {
    const name = nameUnder(file.package, service.name)
    names.set([SERVICES, index].join(), name)
    for (const [at, method] of service.method.entries())
      names.set([SERVICES, index, METHODS, at].join(), `${name}.${method.name}`)
  }
  return names
}

function nameUnder(parent: string, name: string): string {
  return parent === '' ? name : `${parent}.${name}`
}

/** google/api/annotations.proto: an extension, so that it is a field that descriptor.proto does not know. */
const HTTP = 72_295_728
/** google/api/http.proto, HttpRule.pattern */
const VERBS: Readonly<Record<number, string>> = { 2: 'get', 3: 'put', 4: 'post', 5: 'delete', 6: 'patch' }

function verbOf({ options }: MethodDescriptorProto): string | undefined {
  const rule = options?.$unknown?.find(({ no }) => no === HTTP)
  if (!rule) return undefined
  // An unknown field keeps the length before its bytes.
  const reader = new BinaryReader(new BinaryReader(rule.data).bytes())
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag()
    const verb = VERBS[number]
    if (verb !== undefined) return verb
    reader.skip(type)
  }
  return undefined
}
