/** A Worker's name is the first label of its address, which holds at most 63 characters (RFC 1035, section 2.3.4). */
const LONGEST = 63

/**
 * The name that a deployment's Worker gets: lower-case letters, digits and inner hyphens.
 * @param slug  of the deployment; unique over all tenants, so two servers never meet in one Worker
 */
export function workerName(slug: string): string {
  const allowed = slug.toLowerCase().replaceAll(/[^a-z0-9-]/g, '-')
  const name = withoutOuterHyphens(allowed)
  // A version is chosen by a header in which a name begins with a letter (RFC 8941, section 3.1.2).
  const lettered = /^[a-z]/.test(name) ? name : `mcp-${name || 'server'}`
  return withoutOuterHyphens(lettered.slice(0, LONGEST))
}

function withoutOuterHyphens(name: string): string {
  let [start, end] = [0, name.length]
  while (name[start] === '-') start++
  while (end > start && name[end - 1] === '-') end--
  return name.slice(start, end)
}
