import { MetaError } from '../../../src/errors/meta-error.ts'
import type { DeploymentRequest } from '../../../src/model/deployment-target.ts'
import type { ProjectFiles } from '../../../src/model/project-files.ts'
import { noteUnknownScopes } from './note-unknown-scopes.ts'
import { type OpenAccount, openAccount } from './open-account.ts'
import { isTooLarge } from './platform-limits.ts'
import { publishedUrl } from './published-url.ts'
import { readSettings } from './read-settings.ts'
import { refuseUnfit } from './refuse-unfit.ts'
import { refuseUnprotected } from './refuse-unprotected.ts'
import type { CloudflareSettings } from './settings.ts'
import { type CloudflareState, readState } from './state.ts'
import type { CloudflareTargetOptions } from './target-options.ts'
import { workerSecrets } from './worker-secrets.ts'

/** All that is known before anything is changed. */
export interface Prepared extends OpenAccount {
  readonly settings: CloudflareSettings
  readonly modules: ProjectFiles
  /** By name, as the Worker gets them. */
  readonly secrets: Readonly<Record<string, string>>
  /** The server's own without a value. */
  readonly missing: readonly string[]
  /** What a person should know of the settings, each in a sentence. */
  readonly remarks: readonly string[]
  /** Without a path. */
  readonly url: string
  readonly state: CloudflareState | undefined
}

/**
 * Reads settings, refuses what cannot or may not go there, bundles the build and finds the account. Changes nothing.
 * @param addressOf  where it will answer, without a path of its own
 * @throws MetaError ARGUMENTS_INVALID, TARGET_REFUSED, TARGET_NOT_PROTECTED, TARGET_ACCOUNT_UNCLEAR, TARGET_FORBIDDEN
 */
export async function prepare(
  options: CloudflareTargetOptions,
  request: DeploymentRequest,
  signal: AbortSignal,
  addressOf: typeof publishedUrl = publishedUrl,
): Promise<Prepared> {
  const settings = readSettings(request.settings)
  refuseUnfit(request)
  const [{ values, missing }, effects, isApproved, apiKeys, loginSecret] = await Promise.all([
    options.secretsOf(request),
    options.effectsOf(request),
    options.isApproved(request),
    options.apiKeysOf(request),
    settings.login && options.loginSecretOf(request, settings.login),
  ])
  refuseUnprotected(request, settings, { secrets: [...Object.keys(values), ...missing], effects }, isApproved)
  const opening = async () => {
    const account = await openAccount(options, request.deployment, settings.account, signal)
    return { ...account, url: await addressOf(account, settings.domain, signal) }
  }
  const [modules, account] = await Promise.all([options.bundle(request, signal), opening()])
  if (isTooLarge(modules)) throw tooLarge(request)
  const deploymentId = request.deployment.id
  const secrets = workerSecrets({ deploymentId, settings, values, apiKeys, loginSecret, ownKey: options.ownKey })
  const remarks = noteUnknownScopes(settings, effects)
  return { ...account, settings, modules, secrets, missing, remarks, state: readState(request.deployment) }
}

function tooLarge({ server }: DeploymentRequest): MetaError {
  return new MetaError(
    'TARGET_REFUSED',
    `Server "${server.name}" is larger than a Worker may be (10 MiB gzip).`,
    'Remove operations that nobody calls, or deploy it with target "local".',
  )
}
