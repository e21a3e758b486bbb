import { secretsOf } from '../../src/model/secrets-of.ts'
import type { ServerDefinition } from '../../src/model/server-definition.ts'
import { recurs } from './emit-cron.ts'
import { hasTasks, keptBy, objectSettings } from './emit-wrangler.ts'

/** The README's part about Cloudflare Workers: how the project is deployed by hand, protected and connected. */
export function cloudflareSection(definition: ServerDefinition): string[] {
  const url = `https://${definition.name}.SUBDOMAIN.workers.dev/mcp`
  return [
    '## On Cloudflare Workers',
    fence('sh', deployCommands(definition)),
    `The server is then at \`${url}\`, for clients that send the token of \`MCP_TOKEN\` as a bearer token; \`/health\` says which version answers. ${storage(definition)}It reaches the hosts in \`src/parts.ts\` and no others.`,
    'With the Inspector:',
    fence(
      'sh',
      `npx @modelcontextprotocol/inspector --server-url ${url} --transport http --header "Authorization: Bearer $MCP_TOKEN"`,
    ),
    '### Logins instead of a key (OAuth)',
    'The server takes tokens of any OpenID Connect issuer: Auth0, Okta, Entra, Keycloak. In `wrangler.jsonc`:',
    fence('json', json({ vars: oauthVariables(definition, url) })),
    '`MCP_SCOPES` names the scopes that every request needs (`*`), and those of single tools. `MCP_AUDIENCE` is what `aud` of a token must hold; without it, the address above. With Auth0:',
    [
      `1. Applications, APIs, Create API: the identifier is \`${url}\`, signed with RS256; its permissions are the scopes. With RBAC on, "Add Permissions in the Access Token" too.`,
      '2. Settings, Advanced: turn the Resource Parameter Compatibility Profile on, since MCP clients name the server as `resource` (RFC 8707).',
      '3. Register each client under Applications, with its redirect address (the Inspector: `http://localhost:6274/oauth/callback`); or turn on Dynamic Client Registration, and promote the login connection to domain level, for clients that register themselves.',
      '4. `MCP_ISSUER` is `https://TENANT.auth0.com/`, as `/.well-known/openid-configuration` there has it. Then `npx wrangler deploy`.',
    ].join('\n'),
    '### Sessions, limits, pages',
    'Clients of before 2026 are served without sessions: tools cannot ask them anything, and they hear of no changes. With this in `wrangler.jsonc` they have sessions that resume, and `/sse` for those that are older still:',
    fence('json', json(objectSettings([...(hasTasks(definition) ? (['MCP_TASKS'] as const) : []), 'MCP_SESSIONS']))),
    'Requests of one caller are limited by:',
    fence('json', json(rateLimit)),
    'Pages of every origin may call, with the key. `"vars": { "MCP_ORIGINS": "https://app.example" }` names those that may. Keys are changed without a gap by the secret `MCP_KEY_HASHES`: the SHA-256 in hex of the old and the new one, with a comma between.',
  ]
}

function deployCommands(definition: ServerDefinition): string {
  const secrets = secretsOf(definition).map(({ name }) => `npx wrangler secret put ${name}`)
  return [
    'npm install',
    'npx wrangler deploy                       # closed until the next line',
    'npx wrangler secret put MCP_TOKEN         # the key that callers send: openssl rand -hex 32',
    'npx wrangler secret put REQUEST_STATE_KEY # seals answers of clients between the rounds of a call: openssl rand -hex 32',
    ...secrets,
  ].join('\n')
}

function storage(definition: ServerDefinition): string {
  const { store, schedule } = keptBy(definition)
  const database =
    store || schedule
      ? 'What its tools keep lies in a D1 database, which the first deploy makes (binding MCP_STORE). '
      : ''
  const timer =
    schedule || recurs(definition)
      ? 'A cron trigger runs what is due each minute: what is put off waits until then. '
      : ''
  const tasks = hasTasks(definition)
    ? 'Calls that go on as tasks run in Durable Objects, which outlive the request (binding MCP_TASKS). '
    : ''
  return database + timer + tasks
}

function oauthVariables(definition: ServerDefinition, url: string): object {
  const changing = definition.tools.find(({ effect }) => effect !== 'read')?.name
  const scopes = { '*': ['mcp'], ...(changing !== undefined && { [changing]: ['mcp:write'] }) }
  return {
    MCP_PROTECTION: 'oauth',
    MCP_ISSUER: 'https://TENANT.auth0.com/',
    MCP_AUDIENCE: url,
    MCP_SCOPES: JSON.stringify(scopes),
  }
}

const rateLimit = {
  ratelimits: [{ name: 'MCP_RATE_LIMIT', namespace_id: '1001', simple: { limit: 120, period: 60 } }],
}

function json(value: object): string {
  return JSON.stringify(value, null, 2)
}

function fence(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``
}
