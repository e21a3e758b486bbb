/**
 * What a caller is told when a server could not answer: an error of JSON-RPC, since that is what MCP clients read. The
 * request's body is not read for its id, so that is null (JSON-RPC 2.0, section 5).
 * @param error  thrown by the call of the server; its words stay here, they may hold what its code was given
 */
export function tellFailure(error: unknown): Response {
  const words = error instanceof Error ? error.message : String(error)
  if (words.startsWith('Worker not found')) return noSuchServer()
  if (isOverLimit(words)) {
    return answer(429, 'The server went over its limits of CPU time or subrequests in this call. Ask for less at once.')
  }
  return answer(503, 'The server failed and gave no answer.')
}

/** The same for every name that leads nowhere: it tells nobody which servers there are. */
export function noSuchServer(): Response {
  return answer(404, 'There is no such server.')
}

/** developers.cloudflare.com/cloudflare-for-platforms/workers-for-platforms/configuration/custom-limits: it throws. */
function isOverLimit(words: string): boolean {
  return /exceeded .*limit|too many subrequests/i.test(words)
}

function answer(status: number, message: string): Response {
  return Response.json({ jsonrpc: '2.0', id: null, error: { code: -32_000, message } }, { status })
}
