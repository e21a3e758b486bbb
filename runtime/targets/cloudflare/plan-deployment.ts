import type { DeploymentPlan } from '../../../src/model/deployment-target.ts'
import { OBJECT_CLASS } from '../../../src/model/object-class.ts'
import type { ProjectFiles } from '../../../src/model/project-files.ts'
import { tellLimits } from '../../../src/model/worker-limits.ts'
import { loginIssuer } from '../../library/worker/login/login-settings.ts'
import { bindingNames, cronsOf, hasObjects, limitsOf, neededStorage, type WranglerConfig } from './compose-config.ts'
import { limitLines } from './platform-limits.ts'
import type { CloudflareSettings } from './settings.ts'
import type { CloudflareState } from './state.ts'
import { databaseName, namespaceTitle } from './storage-names.ts'

export interface PlannedParts {
  readonly version: number
  readonly files: ProjectFiles
  readonly modules: ProjectFiles
  readonly settings: CloudflareSettings
  readonly config: WranglerConfig
  readonly worker: string
  readonly account: string
  readonly url: string
  /** What is there of it now. */
  readonly state: CloudflareState | undefined
  /** The platform has this version from before. */
  readonly isKept: boolean
  /** Percent of the requests that it would have. */
  readonly share: number
  readonly remarks: readonly string[]
  readonly secrets: { readonly names: readonly string[]; readonly missing: readonly string[] }
}

/** What a deploy would do, in words and with names: nothing has been changed for it. */
export function planDeployment(parts: PlannedParts): DeploymentPlan {
  const { files, modules, config, secrets, remarks } = parts
  return {
    steps: [
      ...workerSteps(parts),
      ...storageSteps(parts),
      ...remarks,
      ...secretSteps(parts),
      ...cronsOf(files).map((cron) => `Runs on the cron trigger "${cron}" (UTC).`),
      ...trafficSteps(parts),
    ],
    limits: limitLines({
      modules,
      variables: bindingNames(config).length,
      secrets: secrets.names.length,
      crons: cronsOf(files).length,
    }),
  }
}

function workerSteps({ worker, account, url, state, settings, config, secrets, ...parts }: PlannedParts): string[] {
  const begins = beginsObjects(config, state)
  return [
    `${actionOn(worker, state, parts)} (account ${account}).`,
    ...(settings.domain !== undefined && state?.domain !== settings.domain
      ? [`Connects the domain "${settings.domain}" to it, and switches its workers.dev address off.`]
      : []),
    `It answers at ${url} (${inWords(settings)}).`,
    ...loginSteps(settings, url, secrets.names),
    ...(begins
      ? [
          `Creates the Durable Object class "${OBJECT_CLASS}" (${objectUses(config)})${isNew(state) ? '' : '; versions before it cannot come back'}.`,
        ]
      : []),
    ...('ratelimits' in config && settings.requestsPerMinute !== undefined
      ? [`Limits each caller to ${settings.requestsPerMinute} requests a minute.`]
      : []),
    ...tellLimits(limitsOf(config)),
  ]
}

function isNew(state: CloudflareState | undefined): boolean {
  return (state?.versions ?? []).length === 0
}

function beginsObjects(config: WranglerConfig, state: CloudflareState | undefined): boolean {
  return hasObjects(config) && !state?.hasObjects
}

function objectUses(config: WranglerConfig): string {
  const names = bindingNames(config)
  const uses = [
    ...(names.includes('MCP_TASKS') ? ['calls that go on as tasks'] : []),
    ...(names.includes('MCP_SESSIONS') ? ['sessions'] : []),
  ]
  return uses.join(', ')
}

function actionOn(
  worker: string,
  state: CloudflareState | undefined,
  { version, isKept }: Pick<PlannedParts, 'version' | 'isKept'>,
): string {
  if (isKept) return `Uploads nothing: the Worker "${worker}" still has version ${version}`
  return isNew(state)
    ? `Creates the Worker "${worker}" from version ${version}`
    : `Adds version ${version} to the Worker "${worker}"`
}

export function loginSteps({ login }: CloudflareSettings, url: string, secrets: readonly string[]): string[] {
  if (!login) return []
  const { origin } = new URL(url)
  const client = `${loginIssuer(login)}, where the client "${login.client_id}" must have the redirect URI`
  const isReady = secrets.includes('MCP_LOGIN_CLIENT_SECRET')
  return [
    `People log in at ${client} ${origin}/callback.`,
    ...(isReady ? [] : ['A person enters the secret of that client first: the deploy asks for it.']),
  ]
}

export function storageSteps({
  files,
  settings,
  worker,
  state,
}: Pick<PlannedParts, 'files' | 'settings' | 'state' | 'worker'>): string[] {
  const needed = neededStorage(files, settings)
  return [
    ...(needed.database
      ? [
          `${state?.databaseId === undefined ? 'Creates' : 'Keeps'} the D1 database "${databaseName(worker)}" (MCP_STORE).`,
        ]
      : []),
    ...(needed.namespace
      ? [
          `${state?.namespaceId === undefined ? 'Creates' : 'Keeps'} the KV namespace "${namespaceTitle(worker)}" (${settings.protection === 'login' ? 'OAUTH_KV, MCP_CACHE' : 'MCP_CACHE'}).`,
        ]
      : []),
  ]
}

function secretSteps({ state, isKept, secrets: { names, missing } }: PlannedParts): string[] {
  const retired = (state?.secrets ?? []).filter((name) => !names.includes(name))
  return [
    ...(isKept ? [] : [`Sets the secrets ${names.join(', ')}.`]),
    ...(retired.length > 0 && !isKept
      ? [`Empties the secrets ${retired.join(', ')}, which the server no longer has.`]
      : []),
    ...(missing.length > 0 ? [`Without a value, so their tools will fail: ${missing.join(', ')}.`] : []),
  ]
}

function trafficSteps({ config, share, state, isKept }: PlannedParts): string[] {
  if (isNew(state)) {
    return ['Tries it closed to everybody else, then opens it; a failure takes the Worker away again.']
  }
  // A new Durable Object cannot come with a part of them.
  const percent = beginsObjects(config, state) ? 100 : share
  const rest = percent === 100 ? '' : `; the version before keeps ${100 - percent} %`
  if (isKept) return [`Gives it ${percent} % of the requests${rest}.`]
  return [`Tries it beside what runs, then gives it ${percent} % of the requests${rest}. A failure changes nothing.`]
}

/** Who may call. */
export function inWords({ protection, issuer, login }: CloudflareSettings): string {
  if (protection === 'none') return 'open to everybody'
  if (protection === 'oauth') return `protected by OAuth of ${issuer}`
  if (login) return `for people who log in: ${login.allow.join(', ')}`
  return 'protected by an API key'
}
