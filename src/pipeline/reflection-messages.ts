/** What is asked of a server's reflection (reflection.proto, ServerReflectionRequest). */
export type ReflectionQuestion =
  | { readonly kind: 'services' }
  /** The file that has a service or message, and by its name. */
  | { readonly kind: 'symbol' | 'file'; readonly name: string }

export interface ReflectionAnswer {
  readonly services: readonly string[]
  readonly files: readonly {
    readonly name: string
    readonly dependencies: readonly string[]
    /** A FileDescriptorProto. */
    readonly bytes: Uint8Array
  }[]
}

const FIELDS = { file: 3, symbol: 4, services: 7 }
const LENGTH_DELIMITED = 2

/** One string field. */
export function writeReflection(question: ReflectionQuestion): Uint8Array<ArrayBuffer> {
  const text = question.kind === 'services' ? '*' : question.name
  return lengthDelimited(FIELDS[question.kind], Buffer.from(text))
}

/** A FileDescriptorSet: field 1 is a file. */
export function fileSet(files: Iterable<Uint8Array>): Buffer {
  return Buffer.concat(Array.from(files, (bytes) => lengthDelimited(1, bytes)))
}

/** A field with its number, length and bytes (protobuf.dev, Encoding). */
function lengthDelimited(field: number, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const length: number[] = []
  let rest = bytes.length
  for (; rest > 0x7f; rest >>>= 7) length.push((rest & 0x7f) | 0x80)
  return Uint8Array.from(Buffer.concat([Buffer.from([(field << 3) | LENGTH_DELIMITED, ...length, rest]), bytes]))
}

/** ServerReflectionResponse: file_descriptor_response (4) has files, list_services_response (6) names in messages. */
export async function readReflection(bytes: Uint8Array): Promise<ReflectionAnswer> {
  const [{ BinaryReader, WireType }, { fromBinary }, { FileDescriptorProtoSchema }] = await Promise.all([
    import('@bufbuild/protobuf/wire'),
    import('@bufbuild/protobuf'),
    import('@bufbuild/protobuf/wkt'),
  ])
  /** The length-delimited fields of a message that have this number. */
  const fields = (message: Uint8Array, wanted: number): Uint8Array[] => {
    const reader = new BinaryReader(message)
    const found: Uint8Array[] = []
    while (reader.pos < reader.len) {
      const [number, type] = reader.tag()
      if (number === wanted && type === WireType.LengthDelimited) found.push(reader.bytes())
      else reader.skip(type)
    }
    return found
  }
  const files = fields(bytes, 4).flatMap((response) => fields(response, 1))
  const services = fields(bytes, 6).flatMap((response) => fields(response, 1))
  return {
    services: services.flatMap((service) => fields(service, 1)).map((name) => new TextDecoder().decode(name)),
    files: files.map((file) => {
      const { name, dependency } = fromBinary(FileDescriptorProtoSchema, file)
      return { name, dependencies: dependency, bytes: file }
    }),
  }
}
