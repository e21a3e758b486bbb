import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'

/** Fast rather than small: descriptions and bundles shrink to a tenth either way. */
const LEVEL = 3

/** Off the main thread, as texts may have megabytes. */
export async function compressText(text: string): Promise<Uint8Array> {
  return promisify(gzip)(text, { level: LEVEL })
}

export async function decompressText(bytes: Uint8Array): Promise<string> {
  return (await promisify(gunzip)(bytes)).toString('utf8')
}
