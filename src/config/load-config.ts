import { homedir } from 'node:os'
import path from 'node:path'
import { MetaError } from '../errors/meta-error.ts'
import { nearestName, SECRET_NAME } from '../model/names.ts'
import { type CloudflareConfig, readCloudflare } from './cloudflare-config.ts'
import { defaults } from './defaults.ts'
import { type NetworkConfig, readNetwork } from './network-config.ts'
import { settings } from './settings.ts'

export interface Config {
  /** Holds the database, keys, deployments and logs. */
  readonly home: string
  /** Holds what can be made again. */
  readonly cache: string
  /** PostgreSQL instead of the directory's PGlite. */
  readonly databaseUrl: string | undefined
  readonly port: number
  readonly portRange: { readonly from: number; readonly to: number }
  /** Local `host:port` pairs that servers may reach. */
  readonly allowLocal: readonly string[]
  /** Environment variables that a person bound to a host: they may be used as secrets there. */
  readonly envSecrets: readonly EnvSecret[]
  /** A variable of this process, for those that a person approves later; mcpwright's own settings are none. */
  readonly ownVariable: (name: string) => string | undefined
  /** 32 bytes in base64, from which secrets are encrypted; absent: the key in the home directory. */
  readonly masterKey: string | undefined
  /** Folders from which descriptions may be read. */
  readonly files: readonly string[]
  /** Whether chats have the tools that change files of generated projects. */
  readonly fileTools: boolean
  readonly idleLeaveMs: number
  readonly quota: Quota
  /** How every request leaves. */
  readonly network: NetworkConfig
  readonly cloudflare: CloudflareConfig
  /** Told to the person at start. */
  readonly warnings: readonly string[]
}

/** What a tenant may use up. */
export interface Quota {
  readonly servers: number
  /** Of all its servers. */
  readonly tools: number
  readonly buildsPerHour: number
  /** That wait or run. */
  readonly jobs: number
  /** Of code that runs in the sandbox. */
  readonly runnerSecondsPerHour: number
  readonly storedGb: number
}

export interface EnvSecret {
  readonly name: string
  readonly host: string
  readonly value: string | undefined
}

type Environment = Readonly<Record<string, string | undefined>>

/** The launcher tells itself by the last. */
const KNOWN = [...settings.map(({ name }) => name), 'MCPWRIGHT_RELAUNCHED']

/**
 * The only reader of the environment.
 * @throws MetaError CONFIGURATION_INVALID, naming the variable and what it may be
 */
export function loadConfig(env: Environment, platform: NodeJS.Platform = process.platform): Config {
  const home = env.MCPWRIGHT_HOME ? path.resolve(env.MCPWRIGHT_HOME) : dataHome(env, platform)
  return {
    home,
    cache: env.MCPWRIGHT_HOME ? path.join(home, 'cache') : cacheHome(env, platform),
    databaseUrl: env.DATABASE_URL || undefined,
    port: readPort('MCPWRIGHT_PORT', env.MCPWRIGHT_PORT) ?? defaults.daemon.port,
    portRange: readPortRange(env.MCPWRIGHT_PORT_RANGE),
    allowLocal: readList(env.MCPWRIGHT_ALLOW_LOCAL),
    envSecrets: readList(env.MCPWRIGHT_ENV_SECRETS).map((pair) => readEnvSecret(pair, env)),
    ownVariable: (name) => (isSetting(name) ? undefined : env[name] || undefined),
    masterKey: env.MCPWRIGHT_MASTER_KEY || undefined,
    files: (env.MCPWRIGHT_FILES ?? '')
      .split(path.delimiter)
      .filter(Boolean)
      .map((folder) => path.resolve(folder)),
    fileTools: readSwitch('MCPWRIGHT_FILE_TOOLS', env.MCPWRIGHT_FILE_TOOLS),
    idleLeaveMs: readMinutes('MCPWRIGHT_IDLE_MINUTES', env.MCPWRIGHT_IDLE_MINUTES) ?? defaults.daemon.idleLeaveMs,
    quota: {
      servers: readLimit('MCPWRIGHT_MAX_SERVERS', env.MCPWRIGHT_MAX_SERVERS) ?? defaults.quota.servers,
      tools: readLimit('MCPWRIGHT_MAX_TOOLS', env.MCPWRIGHT_MAX_TOOLS) ?? defaults.quota.tools,
      buildsPerHour:
        readLimit('MCPWRIGHT_MAX_BUILDS_PER_HOUR', env.MCPWRIGHT_MAX_BUILDS_PER_HOUR) ?? defaults.quota.buildsPerHour,
      jobs: readLimit('MCPWRIGHT_MAX_JOBS', env.MCPWRIGHT_MAX_JOBS) ?? defaults.quota.jobs,
      runnerSecondsPerHour:
        readLimit('MCPWRIGHT_MAX_RUNNER_SECONDS', env.MCPWRIGHT_MAX_RUNNER_SECONDS) ??
        defaults.quota.runnerSecondsPerHour,
      storedGb: readLimit('MCPWRIGHT_MAX_GB', env.MCPWRIGHT_MAX_GB) ?? defaults.quota.storedGb,
    },
    network: readNetwork(env),
    cloudflare: readCloudflare(env),
    warnings: unknownVariables(env),
  }
}

/** Keys and addresses of mcpwright itself are nobody's secret to send. */
function isSetting(name: string): boolean {
  return name.startsWith('MCPWRIGHT_') || name === 'DATABASE_URL' || /^NODE_|_PROXY$/.test(name)
}

/** XDG base directories on Linux, the platforms' own folders elsewhere. */
function dataHome(env: Environment, platform: NodeJS.Platform): string {
  if (platform === 'win32') return path.join(env.LOCALAPPDATA ?? path.join(homedir(), 'AppData', 'Local'), 'mcpwright')
  if (platform === 'darwin') return path.join(homedir(), 'Library', 'Application Support', 'mcpwright')
  return path.join(env.XDG_DATA_HOME || path.join(env.HOME ?? homedir(), '.local', 'share'), 'mcpwright')
}

function cacheHome(env: Environment, platform: NodeJS.Platform): string {
  if (platform === 'win32') return path.join(dataHome(env, platform), 'cache')
  if (platform === 'darwin') return path.join(homedir(), 'Library', 'Caches', 'mcpwright')
  return path.join(env.XDG_CACHE_HOME || path.join(env.HOME ?? homedir(), '.cache'), 'mcpwright')
}

function readPort(name: string, text: string | undefined): number | undefined {
  if (!text) return undefined
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new MetaError(
      'CONFIGURATION_INVALID',
      `${name} is "${text}".`,
      'Give a port number from 0 (any free one) to 65535.',
    )
  }
  return port
}

function readPortRange(text: string | undefined): Config['portRange'] {
  if (!text) return defaults.ports
  const [from, to] = text.split('-').map(Number)
  if (from === undefined || to === undefined || !(from >= 1024 && to <= 65535 && from <= to)) {
    throw new MetaError(
      'CONFIGURATION_INVALID',
      `MCPWRIGHT_PORT_RANGE is "${text}".`,
      `Give two ports between 1024 and 65535, such as ${defaults.ports.from}-${defaults.ports.to}.`,
    )
  }
  return { from, to }
}

function readMinutes(name: string, text: string | undefined): number | undefined {
  if (!text) return undefined
  const minutes = Number(text)
  if (!(minutes > 0))
    throw new MetaError('CONFIGURATION_INVALID', `${name} is "${text}".`, 'Give a number of minutes above 0.')
  return minutes * 60_000
}

function readSwitch(name: string, text: string | undefined): boolean {
  if (!text || text === '0') return false
  if (text === '1') return true
  throw new MetaError('CONFIGURATION_INVALID', `${name} is "${text}".`, 'Give 1 to switch it on, or 0.')
}

function readLimit(name: string, text: string | undefined): number | undefined {
  if (!text) return undefined
  const limit = Number(text)
  if (limit > 0) return limit
  throw new MetaError('CONFIGURATION_INVALID', `${name} is "${text}".`, 'Give a number above 0.')
}

function readEnvSecret(pair: string, env: Environment): EnvSecret {
  const [name = '', host = ''] = pair.split('@')
  if (!SECRET_NAME.test(name) || host === '') {
    throw new MetaError(
      'CONFIGURATION_INVALID',
      `MCPWRIGHT_ENV_SECRETS holds "${pair}".`,
      'List pairs of a variable and the host it may be sent to: GITHUB_TOKEN@api.github.com,OTHER@host:8443',
    )
  }
  return { name, host: host.toLowerCase(), value: env[name] }
}

function readList(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean)
}

function unknownVariables(env: Environment): string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith('MCPWRIGHT_') && !KNOWN.includes(name))
    .map((name) => {
      const near = nearestName(name, KNOWN)
      return `${name} is not a setting of mcpwright and is ignored.${near ? ` Did you mean ${near}?` : ''}`
    })
}
