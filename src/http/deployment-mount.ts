/**
 * Where a deployed server is mounted in the daemon, and what is asked of it there.
 * @returns undefined for a URL that is not below `/s/{slug}/`
 */
export function deploymentMount(url = ''): { readonly slug: string; readonly path: string } | undefined {
  const [, slug, path] = /^\/s\/([a-z0-9][a-z0-9-]*)(\/[^?]*)/.exec(url) ?? []
  return slug === undefined || path === undefined ? undefined : { slug, path }
}
