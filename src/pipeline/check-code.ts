import { LOCAL_TENANT, type ServerId, type TenantId } from '../model/ids.ts'
import type { PromptDefinition, ResourceDefinition, ServerDefinition } from '../model/server-definition.ts'
import type { ToolDefinition } from '../model/tool-definition.ts'
import type { Services } from './services.ts'

/** What is to be tried, without the rest of its server. */
export interface CodeSample {
  readonly tools?: readonly ToolDefinition[]
  readonly resources?: readonly ResourceDefinition[]
  readonly prompts?: readonly PromptDefinition[]
  readonly shared?: Readonly<Record<string, string>>
}

/**
 * Compiles hand-written code with its types and gives its `tools.mjs`.
 * @throws MetaError CODE_INVALID with each problem's place and the lines around it, IMPORT_NOT_ALLOWED
 */
export function checkCode(
  sample: CodeSample,
  { workshop }: Pick<Services, 'workshop'>,
  tenantId: TenantId,
  signal: AbortSignal,
): Promise<{ bundle: string }> {
  return workshop.run('bundle-code', { definition: sampleDefinition(sample), checkTypes: true }, { tenantId, signal })
}

/** The `tools.mjs` of code that was compiled before. */
export function bundleCode(
  sample: CodeSample,
  { workshop }: Pick<Services, 'workshop'>,
  tenantId: TenantId,
  signal: AbortSignal,
): Promise<{ bundle: string }> {
  return workshop.run('bundle-code', { definition: sampleDefinition(sample), checkTypes: false }, { tenantId, signal })
}

/** A definition of that and nothing else. */
export function sampleDefinition({
  tools = [],
  resources = [],
  prompts = [],
  shared = {},
}: CodeSample): ServerDefinition {
  return {
    // It is never stored: no row has this id.
    id: '00000000-0000-7000-8000-000000000000' as ServerId,
    tenantId: LOCAL_TENANT,
    name: 'sample',
    description: 'Code that is being tried.',
    revision: 1,
    exposure: 'tools',
    tools,
    resources,
    prompts,
    credentials: [],
    connections: [],
    shared,
  }
}
