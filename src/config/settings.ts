import { defaults } from './defaults.ts'

/** An environment variable that mcpwright reads. */
export interface Setting {
  readonly name: string
  /** As it would be written; absent: without it there is none. */
  readonly default?: string
  /** Markdown, with units. */
  readonly means: string
}

const { daemon, egress, ports, quota } = defaults

/** Every setting, by what it is about. `load-config.ts` reads them. */
export const settings: readonly Setting[] = [
  {
    name: 'MCPWRIGHT_HOME',
    default: "the platform's data directory, such as `~/.local/share/mcpwright`",
    means: 'Where database, keys, deployments and logs are.',
  },
  {
    name: 'DATABASE_URL',
    default: 'a database in the data directory',
    means: 'A PostgreSQL instead: `postgres://user:password@host/database`. Several machines may share it.',
  },
  {
    name: 'MCPWRIGHT_MASTER_KEY',
    default: 'a key made in the data directory',
    means: '32 bytes in base64 that entered secrets are encrypted with; `new,old` to rotate.',
  },
  {
    name: 'MCPWRIGHT_PORT',
    default: `${daemon.port}, kept from the first start`,
    means: 'The loopback port of the daemon; 0 is any free one.',
  },
  { name: 'MCPWRIGHT_PORT_RANGE', default: `${ports.from}-${ports.to}`, means: 'Ports of deployed servers.' },
  {
    name: 'MCPWRIGHT_IDLE_MINUTES',
    default: String(daemon.idleLeaveMs / 60_000),
    means: 'How long the daemon stays when nobody needs it.',
  },
  {
    name: 'MCPWRIGHT_ALLOW_LOCAL',
    means: 'Local `host:port` pairs that servers may reach, with commas between.',
  },
  {
    name: 'MCPWRIGHT_ENV_SECRETS',
    means: '`NAME@host` pairs with commas between: environment variables that may be sent to that host, as secrets.',
  },
  {
    name: 'MCPWRIGHT_FILES',
    means: 'Folders from which descriptions may be read, separated as in `PATH`.',
  },
  {
    name: 'MCPWRIGHT_FILE_TOOLS',
    default: '0',
    means: '1 gives chats the tools that change files of generated projects ([guide](../files.md)).',
  },
  {
    name: 'MCPWRIGHT_CLOUDFLARE_TOKEN',
    means:
      'An API token of Cloudflare that deploys there use; or enter it on the inbox page ([guide](../cloudflare.md)).',
  },
  {
    name: 'MCPWRIGHT_CLOUDFLARE_ACCOUNT',
    means: 'The id of the account that is deployed to, where the token reaches several.',
  },
  {
    name: 'MCPWRIGHT_CLOUDFLARE_API',
    default: '`https://api.cloudflare.com/client/v4`',
    means: "Where Cloudflare's API is.",
  },
  {
    name: 'MCPWRIGHT_CLOUDFLARE_NAMESPACE',
    means:
      'A dispatch namespace that new servers go into, for many tenants on one account ([guide](../cloudflare.md#many-tenants)).',
  },
  {
    name: 'MCPWRIGHT_CLOUDFLARE_LIMITS',
    default: "the plan's own",
    means:
      'What each call of a server in that namespace has, and the most that its `limits` may ask for: `cpu_ms=50,subrequests=50`.',
  },
  {
    name: 'MCPWRIGHT_REQUESTS_PER_MINUTE',
    default: String(egress.requestsPerMinute),
    means: 'How often one server may ask one host; a sixth of it may come at once.',
  },
  {
    name: 'MCPWRIGHT_CA_FILE',
    means: "PEM file of authorities that are trusted besides Node's own and those of `NODE_EXTRA_CA_CERTS`.",
  },
  {
    name: 'HTTPS_PROXY',
    means: 'The proxy for https, such as `http://user:password@proxy.example:3128`.',
  },
  { name: 'HTTP_PROXY', means: 'The proxy for plain http.' },
  {
    name: 'NO_PROXY',
    means: 'Hosts reached without a proxy: `example.com` with all below it, `host:port`, `10.0.0.0/8`, `*`.',
  },
  { name: 'MCPWRIGHT_MAX_SERVERS', default: String(quota.servers), means: 'Servers.' },
  { name: 'MCPWRIGHT_MAX_TOOLS', default: String(quota.tools), means: 'Tools of all servers together.' },
  {
    name: 'MCPWRIGHT_MAX_BUILDS_PER_HOUR',
    default: String(quota.buildsPerHour),
    means: 'Deploys of a new version in an hour.',
  },
  { name: 'MCPWRIGHT_MAX_JOBS', default: String(quota.jobs), means: 'Jobs that wait or run.' },
  {
    name: 'MCPWRIGHT_MAX_RUNNER_SECONDS',
    default: String(quota.runnerSecondsPerHour),
    means: 'Seconds of hand-written code in an hour.',
  },
  { name: 'MCPWRIGHT_MAX_GB', default: String(quota.storedGb), means: 'Gigabytes that are kept of all servers.' },
]
