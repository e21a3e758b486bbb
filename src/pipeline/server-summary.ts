import type { Credential } from '../../runtime/library/http-call.ts'
import type { Sql } from '../db/db.ts'
import { counted } from '../model/counted.ts'
import type { ServerId, TenantId } from '../model/ids.ts'
import type { SavedTest } from '../model/saved-test.ts'
import type { Server } from '../model/server.ts'
import type { PromptDefinition, ResourceDefinition, ServerDefinition } from '../model/server-definition.ts'
import { hostsOf } from '../model/server-hosts.ts'
import type { ToolDefinition } from '../model/tool-definition.ts'
import { loadDefinition } from '../registry/load-definition.ts'
import { type SignInWays, signInWays } from './needed-secrets.ts'

/** What is asked of a definition most, without what its tools are called by: a thousandth of it, so it is kept. */
export interface ServerSummary {
  readonly tools: readonly Pick<ToolDefinition, 'name' | 'effect' | 'description'>[]
  readonly resources: readonly Pick<ResourceDefinition, 'name' | 'uri' | 'mimeType'>[]
  readonly prompts: readonly Pick<PromptDefinition, 'name' | 'description' | 'arguments'>[]
  readonly tests: readonly Pick<SavedTest, 'name' | 'tool' | 'input' | 'mocks' | 'expected'>[]
  readonly credentials: readonly Credential[]
  readonly hosts: readonly string[]
  readonly ways: SignInWays
}

/** `2 tools, 1 prompt`; kinds that it has none of are left out. */
export function describeItems({ tools, resources, prompts }: ServerSummary): string {
  const kinds = { tool: tools, resource: resources, prompt: prompts }
  const told = Object.entries(kinds).flatMap(([kind, { length }]) => (length > 0 ? [counted(length, kind)] : []))
  return told.join(', ') || counted(0, 'tool')
}

const summaries = new Map<ServerId, { readonly revision: number; readonly summary: ServerSummary }>()
const KEPT = 100

/**
 * Reads a definition once a revision. `server` must come from the same transaction. What changes without a revision,
 * such as its connections, is not in it.
 */
export async function loadSummary(sql: Sql, tenantId: TenantId, server: Server): Promise<ServerSummary> {
  const known = summaries.get(server.id)
  summaries.delete(server.id)
  const { revision } = server
  const summary = known?.revision === revision ? known.summary : summarize(await loadDefinition(sql, tenantId, server))
  summaries.set(server.id, { revision, summary })
  const [oldest] = summaries.keys()
  if (summaries.size > KEPT && oldest !== undefined) summaries.delete(oldest)
  return summary
}

/** Of a description, its first line, cut. */
const LONGEST = 120

function summarize(definition: ServerDefinition): ServerSummary {
  const { tools, resources, prompts, tests = [], credentials } = definition
  return {
    tools: tools.map(({ name, effect, description }) => ({
      name,
      effect,
      description: description.split('\n', 1)[0]?.slice(0, LONGEST) ?? '',
    })),
    resources: resources.map(({ name, uri, mimeType }) => ({ name, uri, ...(mimeType && { mimeType }) })),
    prompts: prompts.map(({ name, description, arguments: given }) => ({ name, description, arguments: given })),
    tests: tests.map(({ name, tool, input, mocks, expected }) => ({ name, tool, input, mocks, expected })),
    credentials,
    hosts: hostsOf(definition),
    ways: signInWays(tools),
  }
}
