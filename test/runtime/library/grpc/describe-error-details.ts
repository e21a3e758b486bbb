import { readFileSync } from 'node:fs'
import path from 'node:path'
import type protobuf from 'protobufjs'
import { describeTypes } from '../../../../generators/importers/grpc/describe-types.ts'
import { loadProto } from '../../../../generators/importers/grpc/load-proto.ts'

/** What runtime/library/grpc/error-details.ts must have as its descriptor. */
export async function describeErrorDetails(): Promise<string> {
  const text = readFileSync(path.join(import.meta.dirname, 'error-details.proto'), 'utf8')
  const { root } = await loadProto(text, {})
  const { nestedArray } = root.lookup('google.rpc') as protobuf.Namespace
  return describeTypes(nestedArray.filter((nested): nested is protobuf.Type => 'fieldsArray' in nested))
}
