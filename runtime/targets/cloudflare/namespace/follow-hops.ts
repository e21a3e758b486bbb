/** As many as our own way out to the network follows. */
const MOST_HOPS = 5

const REDIRECT_STATUSES = new Set([301, 302, 303, 307, 308])

/**
 * Gets an address as a Worker's fetch does, one redirect after the other, so that every host on the way is known.
 * @param sendOnce  that gives a redirect as its answer
 * @param onHop  told each address before it is asked
 * @throws Error after five redirects
 */
export async function followHops(
  first: string,
  init: RequestInit,
  sendOnce: typeof fetch,
  onHop: (address: string) => void,
): Promise<Response> {
  let address = first
  for (let hop = 0; ; hop++) {
    onHop(address)
    const response = await sendOnce(address, { ...init, redirect: 'manual' })
    const next = leadsTo(response, address)
    if (next === undefined) return response
    await response.body?.cancel()
    if (hop === MOST_HOPS) throw new Error(`It redirected more than ${MOST_HOPS} times, at last to ${next}`)
    address = next
  }
}

function leadsTo({ status, headers }: Response, address: string): string | undefined {
  const location = REDIRECT_STATUSES.has(status) ? headers.get('location') : null
  return location !== null && URL.canParse(location, address) ? new URL(location, address).href : undefined
}
