import { MetaError } from '../errors/meta-error.ts'
import type { ServerId, TenantId } from '../model/ids.ts'
import type { ToolDefinition } from '../model/tool-definition.ts'
import { findToolDraft } from '../registry/tool-draft-store.ts'
import { findTool } from '../registry/tool-store.ts'
import { applyEdit, type Edit } from './apply-edit.ts'
import type { Services } from './services.ts'

/** What add_tool is given, as far as amending it goes. */
export interface AmendableInput {
  readonly name: string
  readonly description?: string
  readonly input_schema?: unknown
  readonly effect?: string
  readonly code?: string
  readonly http?: unknown
  readonly curl?: string
  readonly edits?: readonly Edit[]
  readonly replace?: boolean
}

/**
 * Amends a tool that was refused, else one that the server has: what is given replaces what it had, and the edits
 * change its code. Without any code a draft keeps its own, and with `replace` a tool does, so that its schema, its
 * hosts or what it shares can change alone. Else the input stays as it is.
 * @throws MetaError TOOL_UNKNOWN when there is nothing to amend; ARGUMENTS_INVALID when a piece is not there, or not once
 */
export async function amendTool<Input extends AmendableInput>(
  input: Input,
  server: { readonly id: ServerId; readonly name: string },
  { db }: Pick<Services, 'db'>,
  tenantId: TenantId,
): Promise<Input> {
  const { edits, ...given } = input
  const amends = edits !== undefined || input.replace === true
  if (!edits && (hasSource(input) || (!amends && isNew(input)))) return input
  const base = await db.as(tenantId, async (sql) => {
    const draft = (edits || !input.replace) && (await findToolDraft(sql, tenantId, server.id, input.name))
    const tool = draft || !amends ? undefined : await findTool(sql, tenantId, server.id, input.name)
    return draft || (tool && inputOf(tool))
  })
  if (!base && !amends) return input
  if (!base || typeof base['code'] !== 'string') throw nothingToAmend(server.name, input.name)
  // A draft is what add_tool was given before; only its code is looked into.
  const code = (edits ?? []).reduce((text, edit) => applyEdit(edit, text, `the code of "${input.name}"`), base['code'])
  return { ...(base as Input), ...given, code }
}

/** Who sends all that a new tool needs has forgotten its code. */
function isNew({ description, input_schema: schema, effect }: AmendableInput): boolean {
  return description !== undefined && schema !== undefined && effect !== undefined
}

function hasSource({ code, http, curl }: AmendableInput): boolean {
  return code !== undefined || http !== undefined || curl !== undefined
}

/** A tool that is there, as add_tool would be given it again. */
function inputOf({ name, description, effect, inputSchema, outputSchema, handler }: ToolDefinition) {
  if (handler.kind !== 'code') return undefined
  return {
    name,
    description,
    effect,
    input_schema: inputSchema,
    ...(outputSchema && { output_schema: outputSchema }),
    code: handler.source,
    hosts: handler.hosts,
    ...(handler.task && { task: handler.task }),
    replace: true,
  }
}

function nothingToAmend(server: string, tool: string): MetaError {
  return new MetaError(
    'TOOL_UNKNOWN',
    `"${server}" has neither a draft nor a tool with code named "${tool}" that edits could change.`,
    'Give the whole tool: description, input_schema, effect and code.',
  )
}
