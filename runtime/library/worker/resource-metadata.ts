import type { ServerParts } from '../server/server-parts.ts'
import type { WorkerBindings } from './bindings.ts'
import { NotConfigured } from './not-configured.ts'

/**
 * Says which issuer gives out tokens for this server: RFC 9728, section 3.2.
 * @returns undefined when it does not use OAuth
 * @throws NotConfigured
 */
export function resourceMetadata(
  request: Request,
  env: WorkerBindings,
  { name }: Pick<ServerParts, 'name'>,
): Response | undefined {
  const { MCP_PROTECTION: protection } = env
  if (protection !== 'oauth' && protection !== 'login') return undefined
  const isOwnIssuer = protection === 'login'
  const scopes = isOwnIssuer ? [] : [...new Set(Object.values(scopesByTool(env)).flat())].toSorted()
  const metadata = {
    resource: resourceUrl(request, env),
    resource_name: name,
    authorization_servers: [isOwnIssuer ? new URL(request.url).origin : issuerUrl(env)],
    bearer_methods_supported: ['header'],
    ...(scopes.length > 0 && { scopes_supported: scopes }),
  }
  return Response.json(metadata, { headers: { 'cache-control': 'max-age=3600' } })
}

type Mounted = Pick<WorkerBindings, 'MCP_MOUNT'>

/** Where a client that was refused finds it: before the path of what it is about (RFC 9728, sections 3.1 and 5.1). */
export function metadataUrl(request: Request, { MCP_MOUNT: mount = '' }: Mounted): string {
  return new URL(`/.well-known/oauth-protected-resource${mount}/mcp`, request.url).href
}

/** Clients hold it against the address that they call: RFC 9728, section 3.3. */
export function resourceUrl(request: Request, { MCP_MOUNT: mount = '' }: Mounted): string {
  return new URL(`${mount}/mcp`, request.url).href
}

/** @throws NotConfigured */
export function issuerUrl({ MCP_ISSUER: issuer }: WorkerBindings): string {
  if (issuer && URL.canParse(issuer)) return issuer
  throw new NotConfigured('MCP_ISSUER is not set to the URL of the issuer whose tokens open this server.')
}

/** @throws NotConfigured */
export function scopesByTool({ MCP_SCOPES: text }: WorkerBindings): Readonly<Record<string, readonly string[]>> {
  if (!text) return {}
  try {
    const scopes: unknown = JSON.parse(text)
    if (isScopes(scopes)) return scopes
  } catch {
    // Told below.
  }
  throw new NotConfigured('MCP_SCOPES is not JSON like {"*": ["mcp"], "delete_book": ["books:write"]}.')
}

function isScopes(value: unknown): value is Readonly<Record<string, readonly string[]>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.values(value).every((list) => Array.isArray(list) && list.every((each) => typeof each === 'string'))
}
