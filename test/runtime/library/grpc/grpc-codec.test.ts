import { describe, expect, it } from 'vitest'
import { DETAILS } from '../../../../runtime/library/grpc/error-details.ts'
import { readFrames, writeFrame } from '../../../../runtime/library/grpc/frames.ts'
import { grpcCodec } from '../../../../runtime/library/grpc/grpc-codec.ts'
import type { GrpcProtocol } from '../../../../runtime/library/grpc/grpc-protocol.ts'
import { messagesOf } from '../../../../runtime/library/grpc/messages.ts'
import { describeErrorDetails } from './describe-error-details.ts'

const MESSAGE = 'google.rpc.LocalizedMessage'

function protocolWith(more: Partial<GrpcProtocol>): GrpcProtocol {
  return {
    kind: 'grpc',
    wire: 'grpc-web',
    descriptor: DETAILS,
    input: MESSAGE,
    output: MESSAGE,
    arguments: [],
    ...more,
  }
}

const encode = (name: string, value: unknown) => messagesOf(DETAILS).encode(name, value)
const hello = encode(MESSAGE, { message: 'hello' })
const trailers = (text: string) => ({ flags: 0x80, bytes: new TextEncoder().encode(text) })

function read(
  protocol: GrpcProtocol,
  frames: Parameters<typeof writeFrame>[0][],
  parts: { cut?: number; headers?: Record<string, string>; status?: number } = {},
) {
  const bytes = Uint8Array.from(frames.flatMap((frame) => [...writeFrame(frame)]))
  return grpcCodec.read(protocol, {
    status: parts.status ?? 200,
    headers: new Headers({ 'content-type': 'application/grpc-web+proto', ...parts.headers }),
    bytes: bytes.slice(0, bytes.length - (parts.cut ?? 0)),
    isCut: false,
    mask: (text) => text.replaceAll('geheim', '[TOKEN]'),
  })
}

describe('the messages of errors', () => {
  it('are those of the file that describes them', async () => {
    expect(DETAILS).toBe(await describeErrorDetails())
  })
})

describe('frames', () => {
  it('are read back, and told when the last is cut', () => {
    const bytes = Uint8Array.from([
      ...writeFrame({ flags: 0, bytes: hello }),
      ...writeFrame({ flags: 1, bytes: new Uint8Array() }),
    ])
    expect(readFrames(bytes)).toEqual({
      frames: [
        { flags: 0, bytes: hello },
        { flags: 1, bytes: new Uint8Array() },
      ],
      isCut: false,
    })
    expect(readFrames(bytes.slice(0, -1))).toMatchObject({ isCut: true })
    expect(readFrames(new Uint8Array([0, 255, 255, 255, 255]))).toEqual({ frames: [], isCut: true })
  })
})

describe('an answer', () => {
  it('is a message and trailers', () => {
    expect(read(protocolWith({}), [{ flags: 0, bytes: hello }, trailers('grpc-status: 0\r\n')])).toEqual({
      value: { locale: '', message: 'hello' },
    })
  })

  it('says what went wrong, with the details that APIs share', () => {
    const violation = { fieldViolations: [{ field: 'name', description: 'too long' }] }
    const status = encode('google.rpc.StatusOfBytes', {
      code: 3,
      details: [
        {
          typeUrl: 'type.googleapis.com/google.rpc.BadRequest',
          value: Buffer.from(encode('google.rpc.BadRequest', violation)).toString('base64'),
        },
        { typeUrl: 'type.googleapis.com/own.Unknown', value: 'AAAA' },
      ],
    })
    const details = Buffer.from(status).toString('base64')
    const answer = read(protocolWith({}), [
      trailers(`grpc-status: 3\r\ngrpc-message: not%20geheim\r\ngrpc-status-details-bin: ${details}\r\n`),
    ])
    expect(answer).toEqual({
      problem:
        'INVALID_ARGUMENT: not [TOKEN]\nDetails: [{"type":"google.rpc.BadRequest","fieldViolations":[{"field":"name","description":"too long","reason":""}]},{"type":"own.Unknown"}]\nCorrect the arguments and call again.',
    })
  })

  it('of trailers alone stands in the headers', () => {
    expect(read(protocolWith({}), [], { headers: { 'grpc-status': '5', 'grpc-message': 'gone' } })).toEqual({
      problem: 'NOT_FOUND: gone',
    })
  })

  it('is refused when it is cut, compressed or none', () => {
    const frames = [{ flags: 0, bytes: hello }, trailers('grpc-status: 0\r\n')]
    expect(read(protocolWith({}), frames, { cut: 3 })).toMatchObject({ problem: expect.stringContaining('cut off') })
    expect(read(protocolWith({}), [{ flags: 1, bytes: hello }])).toMatchObject({
      problem: expect.stringContaining('compressed'),
    })
    expect(
      read(protocolWith({}), [{ flags: 0, bytes: new Uint8Array([255]) }, trailers('grpc-status: 0\r\n')]),
    ).toMatchObject({ problem: expect.stringContaining(`the answer is no ${MESSAGE}`) })
    expect(read(protocolWith({}), frames, { status: 502, headers: { 'content-type': 'text/html' } })).toBeUndefined()
  })

  it('of a stream that went on is what came until then', () => {
    const stream = protocolWith({ isStream: true })
    const frames = [{ flags: 0, bytes: hello }, trailers('grpc-status: 4\r\n')]
    expect(read(stream, frames)).toMatchObject({
      value: { messages: [{ message: 'hello' }], note: expect.stringContaining('went on after 10 seconds') },
    })
    expect(
      read(
        stream,
        [
          { flags: 0, bytes: hello },
          { flags: 0, bytes: hello },
        ],
        { cut: 1 },
      ),
    ).toMatchObject({
      value: { messages: [{ message: 'hello' }], note: expect.stringContaining('longer than is read') },
    })
    expect(read(stream, [trailers('grpc-status: 7\r\n')])).toMatchObject({
      problem: expect.stringContaining('PERMISSION_DENIED'),
    })
  })
})
