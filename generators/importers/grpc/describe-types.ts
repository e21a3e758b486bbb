import { fromJson, type JsonObject, toBinary } from '@bufbuild/protobuf'
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt'
import type protobuf from 'protobufjs'
import { encodeBase64 } from '../../../runtime/library/base64.ts'
import { PartSkipped } from '../openapi/part-skipped.ts'
import { jsonNameOf, nameOf, oneofOf, ownFields, reachableTypes, typeOf } from './message-types.ts'

/** Bytes of a descriptor, in base64. */
const LARGEST_DESCRIPTOR = 200_000

/** A message of the descriptor: a type, or what stands for a package around types. */
interface Node {
  message?: protobuf.Type
  readonly messages: Map<string, Node>
  readonly enums: protobuf.Enum[]
}

/**
 * A FileDescriptorProto in base64 with all that messages are made of, and nothing else. It is one file without a
 * package, in which packages are messages around messages: full names, which are all that counts on the wire and in
 * JSON, stay as they are, and no order of files is to be kept. Edition 2023 says for each field what its syntax meant.
 * @throws PartSkipped
 */
export function describeTypes(roots: readonly protobuf.Type[]): string {
  const { messages, enums } = reachableTypes(roots)
  const tree: Node = { messages: new Map(), enums: [] }
  for (const message of messages) nodeAt(tree, nameOf(message).split('.')).message = message
  for (const each of enums) nodeAt(tree, nameOf(each).split('.').slice(0, -1)).enums.push(each)
  const file = {
    name: 'operation.proto',
    syntax: 'editions',
    edition: 'EDITION_2023',
    messageType: Array.from(tree.messages, ([name, node]) => messageOf(name, node)),
    enumType: tree.enums.map(enumOf),
  }
  const descriptor = encodeBase64(toBinary(FileDescriptorProtoSchema, fromJson(FileDescriptorProtoSchema, file)))
  if (descriptor.length <= LARGEST_DESCRIPTOR) return descriptor
  throw new PartSkipped(`its types take ${descriptor.length} bytes; at most ${LARGEST_DESCRIPTOR} are kept`)
}

function nodeAt(tree: Node, path: readonly string[]): Node {
  let node = tree
  for (const name of path) {
    const known = node.messages.get(name) ?? { messages: new Map(), enums: [] }
    node.messages.set(name, known)
    node = known
  }
  return node
}

function messageOf(name: string, { message, messages, enums }: Node): JsonObject {
  const fields = message ? ownFields(message) : []
  const oneofs = [...new Set(fields.flatMap((field) => oneofOf(field) ?? []))]
  const maps = fields.filter((field) => field.map)
  return {
    name,
    field: fields.map((field) => fieldOf(field, oneofs)),
    oneofDecl: oneofs.map((oneof) => ({ name: oneof })),
    nestedType: [...Array.from(messages, ([inner, node]) => messageOf(inner, node)), ...maps.map(entryOf)],
    enumType: enums.map(enumOf),
  }
}

function enumOf({ name, values }: protobuf.Enum): JsonObject {
  const numbers = Object.entries(values)
  const hasAliases = new Set(Object.values(values)).size < numbers.length
  return {
    name,
    value: numbers.map(([value, number]) => ({ name: value, number })),
    // An open one would have to begin with zero.
    options: {
      ...(hasAliases && { allowAlias: true }),
      ...(numbers[0]?.[1] !== 0 && { features: { enumType: 'CLOSED' } }),
    },
  }
}

function fieldOf(field: protobuf.Field, oneofs: readonly string[]): JsonObject {
  const oneof = oneofOf(field)
  const isMessage = !field.map && isMessageType(field)
  return {
    name: field.name,
    number: field.id,
    jsonName: jsonNameOf(field),
    label: field.map || field.repeated ? 'LABEL_REPEATED' : 'LABEL_OPTIONAL',
    ...(field.map
      ? { type: 'TYPE_MESSAGE', typeName: `${field.parent?.fullName}.${entryName(field)}` }
      : typeNameOf(field)),
    ...(oneof !== undefined && { oneofIndex: oneofs.indexOf(oneof) }),
    options: { features: featuresOf(field, isMessage || oneof !== undefined) },
  }
}

function isMessageType(field: protobuf.Field): boolean {
  const type = typeOf(field)
  return type !== undefined && 'fieldsArray' in type
}

function featuresOf(field: protobuf.Field, hasPresence: boolean): JsonObject {
  if (field.map) return {}
  if (field.repeated) return { repeatedFieldEncoding: field.packed ? 'PACKED' : 'EXPANDED', ...delimited(field) }
  if (field.required) return { fieldPresence: 'LEGACY_REQUIRED', ...delimited(field) }
  if (hasPresence || field.hasPresence) return delimited(field)
  return { fieldPresence: 'IMPLICIT' }
}

/** A group of proto2. */
function delimited(field: protobuf.Field): JsonObject {
  return field.delimited ? { messageEncoding: 'DELIMITED' } : {}
}

function typeNameOf(field: protobuf.Field): JsonObject {
  const type = typeOf(field)
  if (!type) return { type: `TYPE_${field.type.toUpperCase()}` }
  return { type: 'fieldsArray' in type ? 'TYPE_MESSAGE' : 'TYPE_ENUM', typeName: type.fullName }
}

function entryName({ name }: protobuf.Field): string {
  return `${name}_entry`
}

/** A map is a list of entries (protobuf.dev, Encoding, Maps). */
function entryOf(field: protobuf.Field): JsonObject {
  // Only map fields come here.
  const { keyType } = field as unknown as protobuf.MapField
  return {
    name: entryName(field),
    field: [
      { name: 'key', number: 1, label: 'LABEL_OPTIONAL', jsonName: 'key', type: `TYPE_${keyType.toUpperCase()}` },
      { name: 'value', number: 2, label: 'LABEL_OPTIONAL', jsonName: 'value', ...typeNameOf(field) },
    ],
    options: { mapEntry: true },
  }
}
