import type { StartCommand } from '../clients/client.ts'
import { MetaError } from '../errors/meta-error.ts'
import type { Deployment } from '../model/deployment.ts'
import type { Server } from '../model/server.ts'
import { INSTALL_CLIENTS, type InstallClient, installIn } from '../pipeline/install/install-clients.ts'
import { keepMcpb, makeMcpb } from '../pipeline/install/make-mcpb.ts'
import { registryEntry } from '../pipeline/install/registry-entry.ts'
import { connectCommand, presentLaunch } from '../pipeline/install/start-command.ts'
import { callersBring } from '../pipeline/targets/find-endpoint.ts'
import { listDeployments } from '../registry/deployment-store.ts'
import { requireServer } from '../registry/server-store.ts'
import { answerSchema, array, integer, object, string } from './answer-schema.ts'
import { type AnswerOf, defineTool, type MetaCall, objectSchema, READS, serverArgument } from './meta-tool.ts'

/** Every client with a form of its own, and the two that take a file. */
const CLIENTS = [...INSTALL_CLIENTS, 'mcpb', 'registry'] as const

interface Input {
  readonly server: string
  readonly client: (typeof CLIENTS)[number]
}

const gives = answerSchema(
  ['snippet', 'link'],
  { server: string, client: string },
  {
    snippet: string,
    language: string,
    place: string,
    link: string,
    urls: array,
    version: integer,
    file: string,
    resource: string,
    sha256: string,
    bytes: integer,
    server_json: object,
  },
)
type Answer = AnswerOf<typeof gives>

export const getInstall = defineTool({
  name: 'get_install',
  title: 'Install a server',
  description: 'Gives what a person pastes, opens or runs to install a deployed server.',
  inputSchema: objectSchema({ server: serverArgument, client: { type: 'string', enum: [...CLIENTS] } }, [
    'server',
    'client',
  ]),
  outputSchema: gives,
  scope: 'read',
  annotations: READS,
  async run({ server: name, client }: Input, call) {
    const { services, principal } = call
    const { tenantId } = principal
    const { server, up } = await services.db.as(tenantId, async (sql) => {
      const found = await requireServer(sql, tenantId, name)
      const deployments = await listDeployments(sql, tenantId, found.id)
      return { server: found, up: deployments.filter(({ status }) => status === 'running') }
    })
    if (client === 'mcpb') return describeBundle(server, call)
    if (client === 'registry') return describeEntry(server, call)
    if (up.length === 0) throw notUp(name)
    return describeSnippet(connectCommand(name, presentLaunch(services.config.home)), client, up)
  },
})

function describeSnippet(start: StartCommand, client: InstallClient, up: readonly Deployment[]): Answer {
  const installation = installIn(client, start)
  const { snippet, place, link } = installation
  const elsewhere = up.filter(({ target }) => target !== 'local')
  return {
    text: [
      `For ${client}, put this into ${place}:`,
      snippet,
      ...(link === undefined ? [] : [`Or open: ${link}`]),
      'It starts mcpwright where it does not run, and holds no token.',
      ...elsewhere.map((deployment) => reachedFrom(start.name, deployment)),
    ].join('\n'),
    structured: {
      server: start.name,
      client,
      ...installation,
      ...(elsewhere.length > 0 && { urls: elsewhere.map(({ endpointUrl }) => endpointUrl) }),
    },
  }
}

/** What clients on other machines need. */
function reachedFrom(server: string, deployment: Deployment): string {
  const { target, endpointUrl } = deployment
  const needed: Readonly<Record<ReturnType<typeof callersBring>, string>> = {
    key: `a person sees its key with: mcpwright endpoint ${server} --target ${target}`,
    login: 'they are led to its login',
    nothing: 'they need no key',
  }
  return `Clients on other machines reach it at ${endpointUrl}; ${needed[callersBring(deployment)]}`
}

async function describeBundle(server: Server, { services, signal }: MetaCall): Promise<Answer> {
  const made = await makeMcpb(server, services, signal)
  const file = await keepMcpb(server.name, made, services)
  const resource = `mcpwright://servers/${server.name}/mcpb`
  return {
    text: `Version ${made.version} of "${server.name}" as a bundle: ${file} (${Math.ceil(made.bytes.length / 1_000)} kB). Opening it installs it in Claude Desktop, without mcpwright; it asks for its secrets there. Also as ${resource}`,
    structured: {
      server: server.name,
      client: 'mcpb',
      version: made.version,
      file,
      resource,
      sha256: made.sha256,
      bytes: made.bytes.length,
    },
  }
}

async function describeEntry(server: Server, { services, signal }: MetaCall): Promise<Answer> {
  const { sha256, version } = await makeMcpb(server, services, signal)
  const entry = registryEntry(server, version, sha256)
  return {
    text: `server.json of "${server.name}" for the MCP registry. Put your own name in the place of OWNER, publish the bundle (client "mcpb") at the address in "identifier", then run: mcp-publisher publish\n${JSON.stringify(entry, null, 2)}`,
    structured: { server: server.name, client: 'registry', server_json: entry },
  }
}

function notUp(server: string): MetaError {
  return new MetaError('SERVER_NOT_RUNNING', `Server "${server}" is not up.`, 'Deploy it first.', {
    next: { tool: 'deploy', arguments: { server } },
  })
}
