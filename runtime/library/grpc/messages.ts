import {
  createFileRegistry,
  type DescMessage,
  fromBinary,
  fromJson,
  type JsonValue,
  type Registry,
  toBinary,
  toJson,
} from '@bufbuild/protobuf'
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt'
import { decodeBase64 } from '../base64.ts'
import { CallRefused } from '../call-refused.ts'

/** Messages of one descriptor, between JSON and bytes: by reflection, since no code may be made where this runs. */
export interface Messages {
  /** @throws CallRefused naming the field */
  encode(name: string, value: unknown): Uint8Array<ArrayBuffer>
  /** @throws Error when the bytes are no such message */
  decode(name: string, bytes: Uint8Array): unknown
}

const known = new Map<string, Messages>()
const MOST_KNOWN = 200

/** @param descriptor  a FileDescriptorProto in base64 */
export function messagesOf(descriptor: string): Messages {
  const found = known.get(descriptor) ?? create(descriptor)
  if (known.size >= MOST_KNOWN) known.clear()
  known.set(descriptor, found)
  return found
}

function create(descriptor: string): Messages {
  const file = fromBinary(FileDescriptorProtoSchema, decodeBase64(descriptor) ?? new Uint8Array())
  const registry = createFileRegistry(file, () => undefined)
  return {
    encode(name, value) {
      const schema = messageNamed(name, registry)
      try {
        // What is no JSON was refused by the schema.
        const bytes = toBinary(schema, fromJson(schema, value as JsonValue, { registry }))
        return new Uint8Array(bytes)
      } catch (error) {
        throw new CallRefused(`The arguments are no ${name}: ${messageOf(error)}. Nothing was sent.`, { cause: error })
      }
    },
    decode(name, bytes) {
      const schema = messageNamed(name, registry)
      return toJson(schema, fromBinary(schema, bytes), { registry, alwaysEmitImplicit: true })
    },
  }
}

function messageNamed(name: string, registry: Registry): DescMessage {
  const message = registry.getMessage(name)
  // The descriptor is written together with the names.
  if (!message) throw new Error(`The message ${name} is not in its descriptor.`)
  return message
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.slice(0, 400) : String(error)
}
