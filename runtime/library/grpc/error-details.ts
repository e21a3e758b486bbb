import { decodeBase64 } from '../base64.ts'
import { messagesOf } from './messages.ts'

/** A detail of an error: the type it names, and its bytes (google.protobuf.Any). */
export interface ErrorDetail {
  readonly type: string
  readonly bytes: Uint8Array
}

/**
 * A detail as JSON: of the types that APIs share (google.rpc, error_details.proto) or of the call's own; of any other
 * the type alone.
 */
export function readDetail({ type, bytes }: ErrorDetail, descriptor: string): unknown {
  const name = type.slice(type.lastIndexOf('/') + 1)
  for (const each of [DETAILS, descriptor]) {
    try {
      // A message that is not in there throws.
      return { type: name, ...Object(messagesOf(each).decode(name, bytes)) }
    } catch {
      continue
    }
  }
  return { type: name }
}

/** google.rpc.Status (grpc-status-details-bin): its details. */
export function readStatusDetails(base64: string, descriptor: string): readonly unknown[] {
  const bytes = decodeBase64(base64)
  if (!bytes) return []
  try {
    const status: { details?: readonly { typeUrl: string; value: string }[] } = {
      ...Object(messagesOf(DETAILS).decode('google.rpc.StatusOfBytes', bytes)),
    }
    return (status.details ?? []).map(({ typeUrl, value }) =>
      readDetail({ type: typeUrl, bytes: decodeBase64(value) ?? new Uint8Array() }, descriptor),
    )
  } catch {
    return []
  }
}

/**
 * google/rpc/error_details.proto as a FileDescriptorProto, and StatusOfBytes, which is google.rpc.Status with its
 * details as bytes. test/runtime/library/grpc/error-details.proto is what it is made of, and a test says when it differs.
 */
export const DETAILS =
  'Cg9vcGVyYXRpb24ucHJvdG8ijg4KBmdvb2dsZRqtDQoDcnBjGs4BCglFcnJvckluZm8SHQoGcmVhc29uGAEgASgJQgWqAQIIAlIGcmVhc29uEh0KBmRvbWFpbhgCIAEoCUIFqgECCAJSBmRvbWFpbhJFCghtZXRhZGF0YRgDIAMoCzIkLmdvb2dsZS5ycGMuRXJyb3JJbmZvLm1ldGFkYXRhX2VudHJ5QgOqAQBSCG1ldGFkYXRhGjwKDm1ldGFkYXRhX2VudHJ5EhAKA2tleRgBIAEoCVIDa2V5EhQKBXZhbHVlGAIgASgJUgV2YWx1ZToCOAEaTAoJUmV0cnlJbmZvEj8KC3JldHJ5X2RlbGF5GAEgASgLMhkuZ29vZ2xlLnByb3RvYnVmLkR1cmF0aW9uQgOqAQBSCnJldHJ5RGVsYXkaVgoJRGVidWdJbmZvEioKDXN0YWNrX2VudHJpZXMYASADKAlCBaoBAhgBUgxzdGFja0VudHJpZXMSHQoGZGV0YWlsGAIgASgJQgWqAQIIAlIGZGV0YWlsGrABCgxRdW90YUZhaWx1cmUSSQoKdmlvbGF0aW9ucxgBIAMoCzIiLmdvb2dsZS5ycGMuUXVvdGFGYWlsdXJlLlZpb2xhdGlvbkIFqgECGAFSCnZpb2xhdGlvbnMaVQoJVmlvbGF0aW9uEh8KB3N1YmplY3QYASABKAlCBaoBAggCUgdzdWJqZWN0EicKC2Rlc2NyaXB0aW9uGAIgASgJQgWqAQIIAlILZGVzY3JpcHRpb24a2QEKE1ByZWNvbmRpdGlvbkZhaWx1cmUSUAoKdmlvbGF0aW9ucxgBIAMoCzIpLmdvb2dsZS5ycGMuUHJlY29uZGl0aW9uRmFpbHVyZS5WaW9sYXRpb25CBaoBAhgBUgp2aW9sYXRpb25zGnAKCVZpb2xhdGlvbhIZCgR0eXBlGAEgASgJQgWqAQIIAlIEdHlwZRIfCgdzdWJqZWN0GAIgASgJQgWqAQIIAlIHc3ViamVjdBInCgtkZXNjcmlwdGlvbhgDIAEoCUIFqgECCAJSC2Rlc2NyaXB0aW9uGtwBCgpCYWRSZXF1ZXN0ElcKEGZpZWxkX3Zpb2xhdGlvbnMYASADKAsyJS5nb29nbGUucnBjLkJhZFJlcXVlc3QuRmllbGRWaW9sYXRpb25CBaoBAhgBUg9maWVsZFZpb2xhdGlvbnMadQoORmllbGRWaW9sYXRpb24SGwoFZmllbGQYASABKAlCBaoBAggCUgVmaWVsZBInCgtkZXNjcmlwdGlvbhgCIAEoCUIFqgECCAJSC2Rlc2NyaXB0aW9uEh0KBnJlYXNvbhgDIAEoCUIFqgECCAJSBnJlYXNvbhpdCgtSZXF1ZXN0SW5mbxIkCgpyZXF1ZXN0X2lkGAEgASgJQgWqAQIIAlIJcmVxdWVzdElkEigKDHNlcnZpbmdfZGF0YRgCIAEoCUIFqgECCAJSC3NlcnZpbmdEYXRhGqwBCgxSZXNvdXJjZUluZm8SKgoNcmVzb3VyY2VfdHlwZRgBIAEoCUIFqgECCAJSDHJlc291cmNlVHlwZRIqCg1yZXNvdXJjZV9uYW1lGAIgASgJQgWqAQIIAlIMcmVzb3VyY2VOYW1lEhsKBW93bmVyGAMgASgJQgWqAQIIAlIFb3duZXISJwoLZGVzY3JpcHRpb24YBCABKAlCBaoBAggCUgtkZXNjcmlwdGlvbhqEAQoESGVscBIyCgVsaW5rcxgBIAMoCzIVLmdvb2dsZS5ycGMuSGVscC5MaW5rQgWqAQIYAVIFbGlua3MaSAoETGluaxInCgtkZXNjcmlwdGlvbhgBIAEoCUIFqgECCAJSC2Rlc2NyaXB0aW9uEhcKA3VybBgCIAEoCUIFqgECCAJSA3VybBpSChBMb2NhbGl6ZWRNZXNzYWdlEh0KBmxvY2FsZRgBIAEoCUIFqgECCAJSBmxvY2FsZRIfCgdtZXNzYWdlGAIgASgJQgWqAQIIAlIHbWVzc2FnZRqHAQoNU3RhdHVzT2ZCeXRlcxIZCgRjb2RlGAEgASgFQgWqAQIIAlIEY29kZRIfCgdtZXNzYWdlGAIgASgJQgWqAQIIAlIHbWVzc2FnZRI6CgdkZXRhaWxzGAMgAygLMhkuZ29vZ2xlLnJwYy5EZXRhaWxPZkJ5dGVzQgWqAQIYAVIHZGV0YWlscxpOCg1EZXRhaWxPZkJ5dGVzEiAKCHR5cGVfdXJsGAEgASgJQgWqAQIIAlIHdHlwZVVybBIbCgV2YWx1ZRgCIAEoDEIFqgECCAJSBXZhbHVlGlQKCHByb3RvYnVmGkgKCER1cmF0aW9uEh8KB3NlY29uZHMYASABKANCBaoBAggCUgdzZWNvbmRzEhsKBW5hbm9zGAIgASgFQgWqAQIIAlIFbmFub3NiCGVkaXRpb25zcOgH'
