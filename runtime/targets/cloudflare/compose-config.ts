import { createHash } from 'node:crypto'
import { parse } from 'jsonc-parser'
import type { ProjectFiles } from '../../../src/model/project-files.ts'
import { OBJECT_CLASS, OBJECT_MIGRATIONS } from '../../../src/model/object-class.ts'
import { readLimits, type WorkerLimits, writeLimits } from '../../../src/model/worker-limits.ts'
import type { WorkerBindings } from '../../library/worker/bindings.ts'
import type { CloudflareSettings } from './settings.ts'

export interface ConfigParts {
  /** Of the build. */
  readonly files: ProjectFiles
  readonly settings: CloudflareSettings
  readonly worker: string
  /** Where its bindings lead; absent where it needs none, or they are not made yet. */
  readonly storage: { readonly databaseId?: string; readonly namespaceId?: string }
}

/** wrangler.jsonc as an object. */
export type WranglerConfig = Readonly<Record<string, unknown>>

/**
 * What wrangler is given for a build: the project's own configuration with the name, ids, variables and Durable Objects
 * of this deployment. Addresses and cron triggers are no part of a version and are set by themselves.
 */
export function composeConfig({ files, settings, worker, storage }: ConfigParts): WranglerConfig {
  const { main: _main, $schema: _schema, triggers: _triggers, ...project } = readProjectConfig(files)
  const counters = rateLimits(project['ratelimits'], settings, worker)
  return {
    compatibility_date: DEFAULT_COMPATIBILITY_DATE,
    compatibility_flags: ['nodejs_compat'],
    observability: { enabled: true },
    ...project,
    name: worker,
    workers_dev: settings.domain === undefined,
    preview_urls: false,
    vars: { ...recordOf(project['vars']), ...variables(settings) },
    version_metadata: { binding: 'CF_VERSION_METADATA' },
    ...withIds('d1_databases', project, 'database_id', storage.databaseId),
    ...withIds('kv_namespaces', withLogins(project, settings), 'id', storage.namespaceId),
    ...(counters && { ratelimits: counters }),
    ...(settings.limits && { limits: { ...recordOf(project['limits']), ...writeLimits(settings.limits) } }),
    ...withSessions(project, settings),
  }
}

/** For projects from before they named one. */
export const DEFAULT_COMPATIBILITY_DATE = '2026-11-01'

/** The project's wrangler.jsonc; empty where there is none. */
export function readProjectConfig(files: ProjectFiles): WranglerConfig {
  return recordOf(parse(files['wrangler.jsonc'] ?? '{}'))
}

/** Cron expressions of five fields that run it. */
export function cronsOf(files: ProjectFiles): readonly string[] {
  const { crons } = recordOf(readProjectConfig(files)['triggers'])
  return Array.isArray(crons) ? crons.filter((cron) => typeof cron === 'string') : []
}

/** Of each call, as a composed configuration has them. */
export function limitsOf(config: WranglerConfig): WorkerLimits {
  const { cpu_ms: cpuMs, subrequests } = recordOf(config['limits'])
  return readLimits({
    ...(typeof cpuMs === 'number' && { cpu_ms: cpuMs }),
    ...(typeof subrequests === 'number' && { subrequests }),
  })
}

/** What the project keeps there: `D1` and `KV` are to be made before the upload. */
export function neededStorage(
  files: ProjectFiles,
  settings: Pick<CloudflareSettings, 'protection'>,
): { readonly database: boolean; readonly namespace: boolean } {
  const config = withLogins(readProjectConfig(files), settings)
  return {
    database: listOf(config['d1_databases']).length > 0,
    namespace: listOf(config['kv_namespaces']).length > 0,
  }
}

/** Logins lie in the same namespace as what is cached: their keys are of other forms, and no tool reaches either. */
function withLogins(
  project: WranglerConfig,
  { protection }: Pick<CloudflareSettings, 'protection'>,
): Record<string, unknown> {
  if (protection !== 'login') return project
  const own = listOf(project['kv_namespaces']).filter(({ binding }) => !LOGIN_NAMESPACES.includes(String(binding)))
  return { ...project, kv_namespaces: [...own, ...LOGIN_NAMESPACES.map((binding) => ({ binding }))] }
}

/** The second spares each isolate to ask the issuer for its keys. */
const LOGIN_NAMESPACES: readonly string[] = ['OAUTH_KV', 'MCP_CACHE'] satisfies (keyof WorkerBindings)[]

/** The class of all Durable Objects, for tasks (as the project has it) and for sessions (as the deploy wants it). */
function withSessions(project: WranglerConfig, { sessions }: CloudflareSettings): Record<string, unknown> {
  if (!sessions) return {}
  const bound = objectBindings(project).filter(({ name }) => name !== 'MCP_SESSIONS')
  return {
    durable_objects: { bindings: [...bound, { name: 'MCP_SESSIONS', class_name: OBJECT_CLASS }] },
    migrations: 'migrations' in project ? project['migrations'] : OBJECT_MIGRATIONS,
  }
}

export function hasObjects(config: WranglerConfig): boolean {
  return objectBindings(config).length > 0
}

/** Without Durable Objects: such a version can be tried beside one that has none yet. */
export function withoutObjects(config: WranglerConfig): WranglerConfig {
  const { durable_objects: _objects, migrations: _migrations, ...others } = config
  return others
}

/** Without those of mcpwright's own class, where it has no others. */
export function withoutOwnObjects(config: WranglerConfig): WranglerConfig {
  const isOwn = objectBindings(config).every((binding) => binding['class_name'] === OBJECT_CLASS)
  return isOwn ? withoutObjects(config) : config
}

function objectBindings(config: WranglerConfig): Record<string, unknown>[] {
  return listOf(recordOf(config['durable_objects'])['bindings'])
}

/** Names of all that a configuration binds. */
export function bindingNames(config: WranglerConfig): string[] {
  const lists = [config['d1_databases'], config['kv_namespaces'], config['ratelimits']].flatMap(listOf)
  const bound = [...lists, ...objectBindings(config), recordOf(config['version_metadata'])].flatMap(
    ({ binding, name }) => [binding, name].filter((each) => typeof each === 'string'),
  )
  return [...new Set([...Object.keys(recordOf(config['vars'])), ...bound])].toSorted()
}

function variables(settings: CloudflareSettings): Partial<Record<keyof WorkerBindings, string>> {
  const { protection, issuer, audience, scopes, login, origins } = settings
  return {
    MCP_PROTECTION: protection,
    ...(issuer !== undefined && { MCP_ISSUER: issuer }),
    ...(audience !== undefined && { MCP_AUDIENCE: audience }),
    ...(scopes && { MCP_SCOPES: JSON.stringify(scopes) }),
    ...(login && { MCP_LOGIN: JSON.stringify(login) }),
    ...(origins && { MCP_ORIGINS: origins.join(',') }),
  }
}

/** The platform counts per 10 or 60 seconds, under an id that is unique within the account. */
function rateLimits(own: unknown, { requestsPerMinute }: CloudflareSettings, worker: string) {
  const others = listOf(own).filter(({ name }) => name !== 'MCP_RATE_LIMIT')
  const found = listOf(own).find(({ name }) => name === 'MCP_RATE_LIMIT')
  if (requestsPerMinute === undefined && !found) return others.length > 0 ? others : undefined
  const simple = requestsPerMinute === undefined ? found?.['simple'] : { limit: requestsPerMinute, period: 60 }
  return [...others, { name: 'MCP_RATE_LIMIT', namespace_id: limitId(worker), simple }]
}

/** A positive number as text, the same for the same Worker. */
function limitId(worker: string): string {
  return String((createHash('sha256').update(worker).digest().readUInt32BE() % 2_000_000_000) + 1)
}

function withIds(key: string, project: WranglerConfig, idName: string, id: string | undefined) {
  const bindings = listOf(project[key])
  return bindings.length > 0
    ? { [key]: bindings.map((each) => ({ ...each, ...(id !== undefined && { [idName]: id }) })) }
    : {}
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}

function listOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.map(recordOf) : []
}
