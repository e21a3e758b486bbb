/** A call of a meta tool. */
export interface ToolCall {
  readonly name: string
  readonly input: unknown
}

type Fields = Readonly<Record<string, unknown>>

/**
 * Older names of the meta tools, which answer with their own argument words but are not listed. What they give is
 * checked as any other call: fields that are missing or of a wrong kind are told in the words of the new tool.
 */
const ALIASES: Readonly<Record<string, (given: Fields) => ToolCall>> = {
  init_mcp_server: ({ name, serverName, description, ...rest }) => ({
    name: 'init_server',
    input: { name: toServerName(name ?? serverName), description, ...rest },
  }),
  add_mcp_tool: ({ serverId, toolName, parameters, implementation, effect = 'write', ...rest }) => ({
    name: 'add_tool',
    input: {
      server: serverId,
      name: toItemName(toolName),
      input_schema: toSchema(parameters),
      effect,
      code: implementation,
      ...rest,
    },
  }),
  add_mcp_resource: ({ serverId, resourceName, name, mimeType, content, implementation, ...rest }) => ({
    name: 'add_resource',
    input: withoutUndefined({
      server: serverId,
      name: toItemName(resourceName ?? name),
      mime_type: mimeType,
      text: content,
      code: implementation,
      ...rest,
    }),
  }),
  add_mcp_prompt: ({ serverId, promptName, name, ...rest }) => ({
    name: 'add_prompt',
    input: { server: serverId, name: toItemName(promptName ?? name), ...rest },
  }),
  connect_external_mcp: ({ serverId, serverUrl, serverName, ...rest }) => ({
    name: 'connect_external',
    input: { server: serverId, url: serverUrl, name: toConnectionName(serverName), ...rest },
  }),
  get_mcp_server_code: ({ serverId, fileType = 'index' }) => ({
    name: 'get_server',
    input: { server: serverId, ...(FILES[String(fileType)] ?? { file: String(fileType) }) },
  }),
  get_mcp_server_details: ({ serverId }) => ({
    name: 'get_server',
    input: {
      server: serverId,
      include: ['tools', 'resources', 'prompts', 'versions', 'deployments', 'secrets'],
      format: 'detailed',
    },
  }),
  list_mcp_servers: (given) => ({ name: 'list_servers', input: given }),
  delete_mcp_server: ({ serverId, ...rest }) => ({ name: 'delete_server', input: { server: serverId, ...rest } }),
  cleanup_old_servers: ({ daysThreshold, dryRun, ...rest }) => ({
    name: 'cleanup_servers',
    input: withoutUndefined({ unused_days: daysThreshold, dry_run: dryRun, ...rest }),
  }),
}

const FILES: Readonly<Record<string, Fields>> = {
  index: { file: 'src/server.ts' },
  wrangler: { file: 'wrangler.jsonc' },
  package: { file: 'package.json' },
  all: { include: ['code'] },
}

/** The same call under the name and with the words of today; any other call as it is. */
export function resolveAlias(call: ToolCall): ToolCall {
  const alias = Object.hasOwn(ALIASES, call.name) ? ALIASES[call.name] : undefined
  if (!alias || typeof call.input !== 'object' || call.input === null) return call
  return alias({ ...call.input })
}

export const aliasNames: readonly string[] = Object.keys(ALIASES)

/** "My Weather Server" becomes `my-weather-server`. */
function toServerName(name: unknown): unknown {
  if (typeof name !== 'string') return name
  return splitWords(name).join('-').slice(0, 39)
}

/** "getForecast" becomes `get_forecast`. */
function toItemName(name: unknown): unknown {
  if (typeof name !== 'string') return name
  return splitWords(name).join('_').slice(0, 63)
}

/** The same, as short as the name of a connection. */
function toConnectionName(name: unknown): unknown {
  return typeof name === 'string' ? splitWords(name).join('_').slice(0, 21).replace(/_$/, '') : name
}

function splitWords(name: string): string[] {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
}

/** `{city: {type, description, required}}`, or `{city: type}`, becomes a JSON Schema; what is neither is refused later. */
function toSchema(parameters: unknown): unknown {
  if (parameters === undefined) return { type: 'object', properties: {} }
  if (typeof parameters !== 'object' || parameters === null || Array.isArray(parameters)) return parameters
  const entries = Object.entries(parameters).map(([name, given]) => [name, toFields(given)] as const)
  const properties = entries.map(([name, { required: _required, ...schema }]) => [name, schema])
  const required = entries.filter(([, fields]) => fields['required'] === true).map(([name]) => name)
  return { type: 'object', properties: Object.fromEntries(properties), required, additionalProperties: false }
}

function toFields(given: unknown): Fields {
  return typeof given === 'object' ? { ...given } : { type: given }
}

function withoutUndefined(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
