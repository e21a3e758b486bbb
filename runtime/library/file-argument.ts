import { decodeBase64 } from './base64.ts'
import { CallRefused } from './call-refused.ts'

/** How a file is given as an argument of a tool. */
export interface FileArgument {
  readonly base64: string
  readonly filename?: string
  readonly mediaType?: string
}

/** Whether a value is a file: an object with the text `base64` and nothing but what belongs to a file. */
export function isFileArgument(value: unknown): value is FileArgument {
  if (typeof value !== 'object' || value === null || !('base64' in value) || typeof value.base64 !== 'string')
    return false
  return Object.keys(value).every((key) => key === 'base64' || key === 'filename' || key === 'mediaType')
}

/** @throws CallRefused when its text is not base64 */
export function bytesOfFile(file: FileArgument, argument: string): Uint8Array<ArrayBuffer> {
  const bytes = decodeBase64(file.base64)
  if (bytes === undefined) {
    throw new CallRefused(`The file in "${argument}" is not base64. Encode its bytes as base64 and call again.`)
  }
  return bytes
}
