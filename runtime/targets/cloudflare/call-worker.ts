/** Headers that choose one version of a Worker, also one without traffic. */
export function overrideHeaders(worker: string, versionId: string): Record<string, string> {
  // https://developers.cloudflare.com/workers/versions-and-deployments/version-overrides/
  return { 'cloudflare-workers-version-overrides': `${worker}="${versionId}"` }
}

/** A fetch that adds these to each request. */
export function withHeaders(send: typeof fetch, added: Readonly<Record<string, string>>): typeof fetch {
  return (input, init) => {
    const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined))
    for (const [name, value] of Object.entries(added)) headers.set(name, value)
    return send(input, { ...init, headers })
  }
}
