import { encodeBase64 } from '../../../runtime/library/base64.ts'
import { writeFrame } from '../../../runtime/library/grpc/frames.ts'
import type { GrpcProtocol } from '../../../runtime/library/grpc/grpc-protocol.ts'
import type { SampledAnswer } from '../openapi/sample-answer.ts'

/** An answer that a method could give: a message with nothing set, which every field of a message may be. */
export function sampleGrpcAnswer({ wire, isStream }: GrpcProtocol): SampledAnswer {
  const message = new Uint8Array()
  if (wire === 'connect' && !isStream) return answer('application/proto', message)
  const isConnect = wire === 'connect'
  const end = isConnect
    ? { flags: 0x02, bytes: new TextEncoder().encode('{}') }
    : { flags: 0x80, bytes: new TextEncoder().encode('grpc-status: 0\r\n') }
  const frames = [writeFrame({ flags: 0, bytes: message }), writeFrame(end)]
  const type = isConnect ? 'application/connect+proto' : `application/${wire}+proto`
  return answer(type, Uint8Array.from(frames.flatMap((frame) => [...frame])))
}

function answer(contentType: string, bytes: Uint8Array): SampledAnswer {
  return { status: 200, contentType, body: '', base64: encodeBase64(bytes), from: 'schema' }
}
