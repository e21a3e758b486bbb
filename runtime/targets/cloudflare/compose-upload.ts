import { VERIFICATION_HEADER, type WorkerBindings } from '../../library/worker/bindings.ts'
import { readBindings } from './api/versions.ts'
import { type Attempt, type Role, tagOf } from './attempt.ts'
import { bindingNames, type WranglerConfig } from './compose-config.ts'
import type { Publishing } from './publishing.ts'
import { leader } from './split-traffic.ts'
import { hashOf, verificationCredential } from './worker-secrets.ts'
import type { WorkerUpload } from './wrangler/wrangler.ts'

/**
 * What wrangler sends for one of the two versions of a deploy. The trial is the serving one with a lock: a variable,
 * since wrangler lets a version inherit the secrets of the one before.
 */
export function composeUpload(
  { request, options, modules, secrets }: Publishing,
  attempt: Attempt,
  role: Role,
  config: WranglerConfig,
): WorkerUpload {
  const tag = tagOf(request.deployment.id, attempt, role)
  const lock = { MCP_VERIFICATION_HASH: hashOf(verificationCredential(tag, options.ownKey)) }
  // As composeConfig wrote them.
  const vars = config['vars'] as Readonly<Record<string, unknown>>
  const which = role === 'trial' ? 'trial of version' : 'version'
  return {
    config: role === 'trial' ? { ...config, vars: { ...vars, ...lock } } : config,
    modules,
    secrets,
    tag,
    message: `mcpwright: ${which} ${request.build.version} of ${request.server.name}`.slice(0, 100),
  }
}

/** What opens the trial to its verifier. */
export function trialHeaders({ request, options }: Publishing, attempt: Attempt): Record<string, string> {
  const tag = tagOf(request.deployment.id, attempt, 'trial')
  return { [VERIFICATION_HEADER]: verificationCredential(tag, options.ownKey) }
}

/** With the bindings and variables that somebody else gave the Worker: an upload that left them out would take them away. */
export async function withForeignBindings(publishing: Publishing, signal: AbortSignal): Promise<WranglerConfig> {
  const { api, worker, config, shares, journal } = publishing
  const running = leader(shares)
  if (running === undefined) return config
  const own = new Set([...bindingNames(config), ...journal.state().bindings, ...Object.keys(MANAGED)])
  const bindings = await readBindings(api, worker, running, signal)
  // Secrets stay by themselves.
  const foreign = bindings.filter(({ name, type }) => !own.has(name) && !type.startsWith('secret_'))
  if (foreign.length === 0) return config
  // wrangler has no other word for it, and passes these on as they are.
  return { ...config, unsafe: { bindings: foreign.map(({ name }) => ({ name, type: 'inherit' })) } }
}

/** What is never inherited: a deploy says all of it anew. */
const MANAGED: Readonly<Record<keyof WorkerBindings, true>> = {
  MCP_PROTECTION: true,
  MCP_TOKEN: true,
  MCP_KEY_HASHES: true,
  MCP_ISSUER: true,
  MCP_AUDIENCE: true,
  MCP_SCOPES: true,
  MCP_LOGIN: true,
  MCP_LOGIN_CLIENT_SECRET: true,
  MCP_MOUNT: true,
  MCP_ORIGINS: true,
  MCP_VERIFICATION_HASH: true,
  REQUEST_STATE_KEY: true,
  CF_VERSION_METADATA: true,
  MCP_SESSIONS: true,
  MCP_TASKS: true,
  MCP_STORE: true,
  MCP_CACHE: true,
  OAUTH_KV: true,
  MCP_RATE_LIMIT: true,
}
