import { ApiRefusal, isRefusal, PROBLEM } from './api-failure.ts'
import type { CloudflareApi } from './cloudflare-api.ts'

/** A dispatch namespace of an account, or a script in one. */
export interface NamespaceAddress {
  readonly accountId: string
  readonly namespace: string
}

/** Makes a dispatch namespace where there is none of that name. Safe to repeat, and at the same time. */
export async function ensureNamespace(
  api: CloudflareApi,
  address: NamespaceAddress,
  signal: AbortSignal,
): Promise<void> {
  const { accountId, namespace } = address
  if (await isThere(api, namespacePath(address), `look for the dispatch namespace "${namespace}"`, signal)) return
  const action = `make the dispatch namespace "${namespace}"`
  try {
    const path = `/accounts/${accountId}/workers/dispatch/namespaces`
    await api.send({ method: 'POST', path, body: { name: namespace }, action }, signal)
  } catch (error) {
    signal.throwIfAborted()
    // Another deploy may have made it meanwhile, or the answer was cut off on its way back.
    if (!(await isThere(api, namespacePath(address), action, signal))) throw error
  }
}

export function hasScript(
  api: CloudflareApi,
  address: NamespaceAddress,
  script: string,
  signal: AbortSignal,
): Promise<boolean> {
  return isThere(api, scriptPath(address, script), `look for the script "${script}"`, signal)
}

/** One that is gone already is no error. */
export async function deleteScript(
  api: CloudflareApi,
  address: NamespaceAddress,
  script: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    const path = `${scriptPath(address, script)}?force=true`
    await api.send({ method: 'DELETE', path, action: `delete the script "${script}"` }, signal)
  } catch (error) {
    if (!isMissing(error)) throw error
  }
}

async function isThere(api: CloudflareApi, path: string, action: string, signal: AbortSignal): Promise<boolean> {
  try {
    await api.send({ path, action }, signal)
    return true
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

function isMissing(error: unknown): boolean {
  if (isRefusal(error, PROBLEM.noSuchHostedScript, PROBLEM.noSuchNamespace)) return true
  return error instanceof ApiRefusal && error.status === 404
}

function namespacePath({ accountId, namespace }: NamespaceAddress): string {
  return `/accounts/${accountId}/workers/dispatch/namespaces/${encodeURIComponent(namespace)}`
}

function scriptPath(address: NamespaceAddress, script: string): string {
  return `${namespacePath(address)}/scripts/${encodeURIComponent(script)}`
}
