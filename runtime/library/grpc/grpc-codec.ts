import type { ProtocolCodec, ReadMessage, ReceivedMessage } from '../protocol.ts'
import { decodeBase64 } from '../base64.ts'
import { essenceOf } from '../media-type.ts'
import { readDetail, readStatusDetails } from './error-details.ts'
import { readFrames, writeFrame } from './frames.ts'
import type { GrpcProtocol } from './grpc-protocol.ts'
import { codeName, codeOfConnect, describeGrpcFailure, type GrpcFailure } from './grpc-status.ts'
import { type Messages, messagesOf } from './messages.ts'

/**
 * Connect, gRPC-Web and gRPC. A host that speaks gRPC itself (HTTP/2) hands trailers back as the last frame of the body,
 * as gRPC-Web has them, so that both are read alike.
 */
export const grpcCodec: ProtocolCodec<GrpcProtocol> = { write, read }

/** Who calls waits no longer; what streams has told by then what is told. */
const UNARY_MS = 25_000
const STREAM_MS = 10_000
const MOST_MESSAGES = 1_000

const COMPRESSED = 0x01
const END_OF_CONNECT = 0x02
const TRAILERS = 0x80

type Write = ProtocolCodec<GrpcProtocol>['write']

function write(...[protocol, input]: Parameters<Write>): ReturnType<Write> {
  const { wire, isStream, isWrapped } = protocol
  const bytes = messagesOf(protocol.descriptor).encode(protocol.input, isWrapped ? input['value'] : input)
  const timeoutMs = isStream ? STREAM_MS : UNARY_MS
  if (wire !== 'connect')
    return {
      contentType: `application/${wire}+proto`,
      content: writeFrame({ flags: 0, bytes }),
      headers: {
        'grpc-timeout': `${timeoutMs}m`,
        'grpc-accept-encoding': 'identity',
        ...(wire === 'grpc-web' && { 'x-grpc-web': '1' }),
      },
    }
  return {
    contentType: isStream ? 'application/connect+proto' : 'application/proto',
    content: isStream ? writeFrame({ flags: 0, bytes }) : bytes,
    headers: {
      'connect-protocol-version': '1',
      'connect-timeout-ms': String(timeoutMs),
      'connect-accept-encoding': 'identity',
    },
  }
}

function read(protocol: GrpcProtocol, message: ReceivedMessage): ReadMessage {
  try {
    if (protocol.wire === 'connect' && !protocol.isStream) return readConnectUnary(protocol, message)
    return readFramed(protocol, message)
  } catch (error) {
    const said = error instanceof Error ? error.message.slice(0, 300) : String(error)
    return { problem: `the answer is no ${protocol.output}: ${said}` }
  }
}

function readConnectUnary(
  protocol: GrpcProtocol,
  { status, headers, bytes, isCut, mask }: ReceivedMessage,
): ReadMessage {
  const type = essenceOf(headers.get('content-type') ?? '')
  if (status !== 200) {
    const failure = type === 'application/json' ? connectFailure(parse(bytes), protocol) : undefined
    return failure && { problem: mask(describeGrpcFailure(failure)) }
  }
  if (type !== 'application/proto')
    return { problem: `the answer is ${type || 'of no type'}; expected application/proto` }
  if (isCut) return { problem: `the answer has more than ${bytes.length} bytes, more than is read` }
  return { value: masked(decoderOf(protocol)(bytes), mask) }
}

function readFramed(protocol: GrpcProtocol, message: ReceivedMessage): ReadMessage {
  const { status, headers, bytes, mask } = message
  const isFramed = /^application\/(connect|grpc|grpc-web)\b/.test(headers.get('content-type') ?? '')
  if (status !== 200 || !isFramed)
    return headers.has('grpc-status') ? failed(trailersOf(headers), protocol, mask) : undefined
  const { frames, isCut } = readFrames(bytes)
  if (frames.some(({ flags }) => (flags & COMPRESSED) !== 0))
    return { problem: 'the answer is compressed, though it was asked not to be' }
  const isEnd = (flags: number) => (flags & (protocol.wire === 'connect' ? END_OF_CONNECT : TRAILERS)) !== 0
  const end = frames.find(({ flags }) => isEnd(flags))
  const decode = decoderOf(protocol)
  const all = frames.filter(({ flags }) => !isEnd(flags))
  const values = all.slice(0, MOST_MESSAGES).map((frame) => masked(decode(frame.bytes), mask))
  const failure = end
    ? endOf(end.bytes, protocol)
    : headers.has('grpc-status')
      ? grpcFailure(trailersOf(headers), protocol)
      : undefined
  const wasCut = isCut || message.isCut || !(end ?? headers.has('grpc-status')) || all.length > MOST_MESSAGES
  if (protocol.isStream) return streamed(values, failure, wasCut, mask)
  if (failure) return { problem: mask(describeGrpcFailure(failure)) }
  const [only] = values
  return values.length === 1 && !wasCut
    ? { value: only }
    : { problem: `the answer was cut off: it has ${values.length} whole messages` }
}

/** What came is told, and why no more did. */
function streamed(
  messages: readonly unknown[],
  failure: GrpcFailure | undefined,
  isCut: boolean,
  mask: (text: string) => string,
): ReadMessage {
  const isOver = failure === undefined || failure.code === 'DEADLINE_EXCEEDED'
  if (!isOver && messages.length === 0) return { problem: mask(describeGrpcFailure(failure)) }
  const note = failure
    ? isOver
      ? `The stream went on after ${STREAM_MS / 1_000} seconds; these are the messages until then.`
      : mask(`The stream broke off: ${describeGrpcFailure(failure)}`)
    : isCut
      ? 'The stream was longer than is read; these are its first messages.'
      : undefined
  return { value: { messages, ...(note !== undefined && { note }) } }
}

function decoderOf({ descriptor, output }: GrpcProtocol): (bytes: Uint8Array) => unknown {
  const messages: Messages = messagesOf(descriptor)
  return (bytes) => messages.decode(output, bytes)
}

function endOf(bytes: Uint8Array, protocol: GrpcProtocol): GrpcFailure | undefined {
  if (protocol.wire === 'connect') return connectFailure(Object(parse(bytes)).error, protocol)
  const lines = new TextDecoder().decode(bytes).split('\r\n')
  const trailers = new Map(
    lines.flatMap((line) => {
      const colon = line.indexOf(':')
      return colon < 0 ? [] : [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()] as const]
    }),
  )
  return grpcFailure(trailers, protocol)
}

function trailersOf(headers: Headers): ReadonlyMap<string, string> {
  return new Map(headers)
}

function failed(
  trailers: ReadonlyMap<string, string>,
  protocol: GrpcProtocol,
  mask: (text: string) => string,
): ReadMessage {
  const failure = grpcFailure(trailers, protocol)
  return failure && { problem: mask(describeGrpcFailure(failure)) }
}

/** The message is percent-encoded (PROTOCOL-HTTP2.md, Status-Message). */
function grpcFailure(trailers: ReadonlyMap<string, string>, { descriptor }: GrpcProtocol): GrpcFailure | undefined {
  const status = trailers.get('grpc-status') ?? '2'
  if (status === '0') return undefined
  return {
    code: codeName(status),
    message: decodePercent(trailers.get('grpc-message') ?? ''),
    details: readStatusDetails(trailers.get('grpc-status-details-bin') ?? '', descriptor),
  }
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** connectrpc.com/docs/protocol, Error codes and Error details. */
function connectFailure(value: unknown, { descriptor }: GrpcProtocol): GrpcFailure | undefined {
  const { code, message, details }: { code?: unknown; message?: unknown; details?: unknown } = { ...Object(value) }
  if (typeof code !== 'string') return undefined
  const list: unknown[] = Array.isArray(details) ? details : []
  return {
    code: codeOfConnect(code),
    message: typeof message === 'string' ? message : '',
    details: list.map((detail) => {
      const { type, value: base64 }: { type?: unknown; value?: unknown } = { ...Object(detail) }
      const bytes = typeof base64 === 'string' ? decodeBase64(base64) : undefined
      return readDetail({ type: String(type), bytes: bytes ?? new Uint8Array() }, descriptor)
    }),
  }
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}

/** Credentials that are echoed, out of every text of a value. */
function masked(value: unknown, mask: (text: string) => string): unknown {
  if (typeof value === 'string') return mask(value)
  if (Array.isArray(value)) return value.map((item) => masked(item, mask))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, masked(member, mask)]))
}
