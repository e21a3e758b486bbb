import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { createMcpServer } from '../../runtime/library/server/create-mcp-server.ts'
import { standaloneHost } from '../../runtime/library/server/standalone-host.ts'
import { defaults } from '../config/defaults.ts'
import { MetaError } from '../errors/meta-error.ts'
import type { ImportedApi } from '../model/api-importer.ts'
import type { Exposure } from '../model/server-definition.ts'
import { hostKey } from '../net/address.ts'
import { egressFetch } from '../net/egress-fetch.ts'
import { toPemText } from '../net/pem-text.ts'
import { defaultExposure } from '../pipeline/import-api.ts'
import { type ImportOptions, importLocally } from './local-import.ts'

export interface RunOptions extends ImportOptions {
  readonly expose?: string
  readonly preview?: boolean
}

/** Serves a description over stdio in this very process; credentials are its environment variables. */
export async function run(description: string, options: RunOptions, environment: NodeJS.ProcessEnv): Promise<void> {
  const exposure = readExposure(options.expose)
  const { api, egress, hosts } = await importLocally(description, options, environment)
  if (options.preview) {
    console.log(previewText(api, environment))
    process.exit(0)
  }
  for (const { name, purpose } of missingCredentials(api, environment)) console.error(`${name} is not set: ${purpose}`)
  const { timeoutMs, answerBytes, redirects } = defaults.egress
  const policy = { hosts, caller: 'run', timeoutMs, answerBytes, redirects }
  const host = standaloneHost({
    env: Object.fromEntries(api.credentials.map(({ name }) => [name, environment[name]])),
    code: { tools: {}, resources: {}, prompts: {} },
    fetch: egressFetch(egress, policy),
    certificateFetch: ({ certificate, key }) =>
      egressFetch(egress, policy, (url) => ({
        host: hostKey(url),
        pem: toPemText(`${environment[certificate] ?? ''}\n${environment[key] ?? ''}`),
      })),
  })
  const operations = api.operations.map(({ source: _source, label: _label, tags: _tags, ...operation }) => operation)
  const createServer = createMcpServer(
    {
      name: 'mcpwright-run',
      version: '1.0.0',
      description: `${api.title}. ${api.description}`.trim(),
      exposure: exposure ?? defaultExposure(api.operations, api.operations.length),
      operations: { credentials: api.credentials, operations },
      tools: [],
      resources: [],
      prompts: [],
    },
    host,
  )
  console.error(
    `${api.title}: ${operations.length} operations${api.skipped.length > 0 ? `, ${api.skipped.length} skipped` : ''}.`,
  )
  serveStdio(createServer)
}

export function readExposure(text: string | undefined): Exposure | undefined {
  if (text === undefined || text === 'tools' || text === 'search') return text
  throw new MetaError('ARGUMENTS_INVALID', `--expose is "${text}".`, 'Give tools or search.')
}

function missingCredentials(
  { credentials, operations }: ImportedApi,
  environment: NodeJS.ProcessEnv,
): ImportedApi['credentials'] {
  const needed = new Set(
    operations.flatMap(({ call }) => (call.security.some((names) => names.length === 0) ? [] : call.security.flat())),
  )
  return credentials.filter(({ name }) => needed.has(name) && !environment[name])
}

function previewText(api: ImportedApi, environment: NodeJS.ProcessEnv): string {
  const credentials = api.credentials.map(
    ({ name, hosts, purpose }) =>
      `  ${name} (${environment[name] ? 'set' : 'not set'}) for ${hosts.join(', ')}: ${purpose}`,
  )
  const operations = api.operations.slice(0, 50).map(({ name, label }) => `  ${name.padEnd(40)} ${label}`)
  const more = api.operations.length > 50 ? [`  … and ${api.operations.length - 50} more`] : []
  const skipped = api.skipped.map(({ pointer, reason }) => `  ${pointer}: ${reason}`)
  return [
    `${api.title} ${api.version}: ${api.operations.length} operations on ${api.hosts.join(', ')}`,
    ...operations,
    ...more,
    'Credentials, read from environment variables:',
    ...(credentials.length > 0 ? credentials : ['  none']),
    ...(skipped.length > 0 ? ['Skipped:', ...skipped] : []),
  ].join('\n')
}
