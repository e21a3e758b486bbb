import { isSameDigest, sha256Hex } from '../server/digest.ts'
import { VERIFICATION_HEADER, type WorkerBindings } from './bindings.ts'

/**
 * Who may call this version: `everybody` unless it is being tried; then its `verifier` alone, and `nobody` else.
 */
export async function openTo(
  request: Request,
  { MCP_VERIFICATION_HASH: hash }: Pick<WorkerBindings, 'MCP_VERIFICATION_HASH'>,
): Promise<'everybody' | 'verifier' | 'nobody'> {
  if (!hash) return 'everybody'
  const given = request.headers.get(VERIFICATION_HEADER)
  if (given === null) return 'nobody'
  return isSameDigest(await sha256Hex(given), hash.toLowerCase()) ? 'verifier' : 'nobody'
}

export function notOpenYet(): Response {
  return Response.json(
    { error: 'This version is being tried and is not open yet.' },
    { status: 503, headers: { 'retry-after': '30' } },
  )
}
