import { pointerOf } from '../../../runtime/library/json-pointer.ts'
import type { HttpCall } from '../../../runtime/library/http-call.ts'
import type { JsonSchema } from '../../../runtime/library/json-schema.ts'
import { paginationOf, paginationText } from '../../../runtime/library/pagination.ts'
import type { ApiOperation } from '../../../src/model/api-importer.ts'
import type { ApiDescription, OperationView } from './api-description.ts'
import { cleanLine, cleanText } from './clean-text.ts'
import { loosenMultiplyingSchema } from '../schema-budget.ts'
import { composeSchema } from './compose-schema.ts'
import { InputDraft } from './input-draft.ts'
import { asList, asRecord, asText, property } from './json-value.ts'
import { effectOf } from './operation-effect.ts'
import { PartSkipped } from './part-skipped.ts'
import { readAnswers } from './read-answers.ts'
import { readParameters } from './read-parameters.ts'
import { readRequestBody } from './read-request-body.ts'
import { hostOf, readServers } from './read-servers.ts'
import type { Security } from './security-schemes.ts'
import type { ToolHints } from './tool-hints.ts'

const LONGEST_DESCRIPTION = 600
const MOST_TAGS = 50

/**
 * Reads one operation.
 * @throws PartSkipped when something it needs cannot be read or sent
 */
export function readOperation(api: ApiDescription, view: OperationView, hints: ToolHints): ApiOperation {
  const security = api.security.demandedBy(view.operation)
  refuseUnusable(security)
  const input = new InputDraft()
  const parameters = readParameters(api, view, security, input)
  const body = readRequestBody(api, view, input)
  const { accept, outputSchema, isSelectable } = readAnswers(api, view)
  const effect = effectOf(view.method, hints, (reason) => api.skip({ pointer: pointerOf(view.pointer), reason }))
  const fields = effect === 'read' && isSelectable ? offerFields(input) : undefined
  const inputSchema = loosenMultiplyingSchema(composeSchema(input.finish(), api.inputs))
  const servers = readServers(api, view)
  bindCredentials(api, security, hostOf(servers))
  const tags = asList(view.operation.tags)
    .slice(0, MOST_TAGS)
    .filter((tag) => typeof tag === 'string')
    .map((tag) => cleanLine(tag, 60))
  const scopes = (hints.scopes ?? []).map((scope) => `scope:${scope}`)
  const call: HttpCall = {
    kind: 'http',
    method: view.method,
    path: view.path,
    servers,
    parameters,
    ...(body && { body }),
    accept,
    security: security.alternatives,
    ...(fields !== undefined && { fields }),
  }
  const label = `${view.method} ${cleanLine(view.path, 200)}`
  return {
    name: api.names.nameFor(hints.name ?? asText(view.operation.operationId), view.method, view.path),
    ...(hints.title ? { title: hints.title } : titleOf(view)),
    description: hints.description || withPaging(describe(view, label), call, view),
    effect,
    inputSchema,
    ...(outputSchema && { outputSchema }),
    call,
    ...(tags[0] !== undefined && { group: tags[0] }),
    source: { pointer: pointerOf(view.pointer) },
    label,
    tags: [...tags, ...scopes],
  }
}

/** An own parameter of that name does the same, or something else: it stays. */
function offerFields(input: InputDraft): string | undefined {
  if (input.has('fields')) return undefined
  return input.add(['fields'], { schema: FIELDS_SCHEMA, uses: [], size: JSON.stringify(FIELDS_SCHEMA).length }, false)
}

/** Said in as few words as there can be: it stands in hundreds of tools. A cut answer says more. */
const FIELDS_SCHEMA: JsonSchema = { type: 'string', description: 'Only id,a.b' }

/** How its answers are paged, at the end of a description; it stays within its length. */
function withPaging(description: string, call: HttpCall, view: OperationView): string {
  const pagination = paginationOf(call)
  const text = pagination ? paginationText(pagination) : hasLinkHeader(view) ? LINKED : ''
  if (text === '') return description
  return `${cleanText(description, LONGEST_DESCRIPTION - text.length - 1)}\n${text}`
}

const LINKED = 'Paged: each answer tells how to ask for the next page.'

function hasLinkHeader({ responses }: OperationView): boolean {
  return Object.values(responses).some((response) => {
    const headers = asRecord(property(asRecord(response), 'headers'))
    return headers !== undefined && Object.keys(headers).some((name) => name.toLowerCase() === 'link')
  })
}

function refuseUnusable({ alternatives, problems }: Security): void {
  if (alternatives.length === 0 && problems.length > 0) throw new PartSkipped(problems.join('; '), ['security'])
}

function bindCredentials(api: ApiDescription, { alternatives }: Security, host: string | undefined): void {
  if (host !== undefined) api.security.bind(alternatives.flat(), host)
}

function titleOf({ operation }: OperationView): { title?: string } {
  const title = cleanLine(asText(operation.summary) ?? '', 100)
  return title === '' ? {} : { title }
}

/** @param label  stands where the description says nothing */
function describe({ operation }: OperationView, label: string): string {
  const summary = cleanLine(asText(operation.summary) ?? '', 200)
  const description = cleanText(asText(operation.description) ?? '', LONGEST_DESCRIPTION)
  const isRepeated = description.toLowerCase().startsWith(summary.toLowerCase())
  const whole = isRepeated ? description : `${summary}\n\n${description}`.trim()
  const text = cleanText(whole, LONGEST_DESCRIPTION) || label
  return operation.deprecated === true ? `Deprecated. ${text}`.slice(0, LONGEST_DESCRIPTION).toWellFormed() : text
}
