import type protobuf from 'protobufjs'
import { PartSkipped } from '../openapi/part-skipped.ts'

type Message = protobuf.Type

/** More are told by no API that was looked at, and each costs bytes in every tool that uses it. */
const MOST_TYPES = 600

/** The types that messages are made of, near ones first. @throws PartSkipped when one is missing */
export function reachableTypes(roots: readonly Message[]): {
  readonly messages: readonly Message[]
  readonly enums: readonly protobuf.Enum[]
} {
  const messages = new Set<Message>(roots)
  const enums = new Set<protobuf.Enum>()
  for (const message of messages) {
    if (messages.size > MOST_TYPES) throw new PartSkipped(`it is made of more than ${MOST_TYPES} types`)
    for (const field of ownFields(message)) {
      const type = typeOf(field)
      if (type && 'fieldsArray' in type) messages.add(type)
      else if (type) enums.add(type)
    }
  }
  return { messages: [...messages], enums: [...enums] }
}

/** Fields without the extensions that others added. */
export function ownFields(message: Message): readonly protobuf.Field[] {
  return message.fieldsArray.filter(({ extend, name }) => extend === undefined && !name.startsWith('.'))
}

/** The message or enum that a field holds; undefined for a scalar. @throws PartSkipped when it is missing */
export function typeOf(field: protobuf.Field): Message | protobuf.Enum | undefined {
  try {
    field.resolve()
  } catch {
    throw new PartSkipped(`the type "${field.type.slice(0, 200)}" of "${field.name}" is not defined`)
  }
  // Resolved fields have null for scalars.
  return field.resolvedType ?? undefined
}

/** `a.b.Message`. */
export function nameOf({ fullName }: { readonly fullName: string }): string {
  return fullName.replace(/^\./, '')
}

/** The name in JSON (protobuf.dev, ProtoJSON Format): its own, or the field's in lower camel case. */
export function jsonNameOf(field: protobuf.Field): string {
  typeOf(field)
  return field.jsonName
}

/** The real oneof of a field; `optional` of proto3 is kept as one, too. */
export function oneofOf({ partOf, options }: protobuf.Field): string | undefined {
  return partOf === null || options?.proto3_optional === true ? undefined : partOf.name
}
