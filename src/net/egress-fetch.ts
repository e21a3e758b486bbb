import type { Egress, EgressPolicy } from './egress.ts'

/** The Fetch API over egress, for code that runs in this process. */
export function egressFetch(egress: Egress, policy: EgressPolicy): typeof fetch {
  return async (input, init) => {
    const asked = new Request(input, init)
    const body = asked.body === null ? undefined : new Uint8Array(await asked.arrayBuffer())
    const request = {
      url: asked.url,
      method: asked.method,
      headers: [...asked.headers],
      signal: asked.signal,
      ...(body && { body }),
    }
    const { url, status, statusText, headers, body: bytes } = await egress.request(request, policy)
    const hasBody = status !== 204 && status !== 205 && status !== 304
    const response = new Response(hasBody ? new Uint8Array(bytes) : null, {
      status,
      statusText,
      headers: headers.map(([name, value]): [string, string] => [name, value]),
    })
    Object.defineProperty(response, 'url', { value: url })
    return response
  }
}
