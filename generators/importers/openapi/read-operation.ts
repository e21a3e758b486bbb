import { pointerOf } from '../../../runtime/library/json-pointer.ts'
import type { HttpCall } from '../../../runtime/library/http-call.ts'
import type { ApiOperation } from '../../../src/model/api-importer.ts'
import type { ApiDescription, OperationView } from './api-description.ts'
import { cleanLine, cleanText } from './clean-text.ts'
import { composeSchema } from './compose-schema.ts'
import { InputDraft } from './input-draft.ts'
import { asList, asText } from './json-value.ts'
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
  const inputSchema = composeSchema(input.finish(), api.inputs)
  const { accept, outputSchema } = readAnswers(api, view)
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
  }
  const effect = effectOf(view.method, hints, (reason) => api.skip({ pointer: pointerOf(view.pointer), reason }))
  const label = `${view.method} ${cleanLine(view.path, 200)}`
  return {
    name: api.names.nameFor(hints.name ?? asText(view.operation.operationId), view.method, view.path),
    ...(hints.title ? { title: hints.title } : titleOf(view)),
    description: hints.description || describe(view) || label,
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

function describe({ operation }: OperationView): string {
  const summary = cleanLine(asText(operation.summary) ?? '', 200)
  const description = cleanText(asText(operation.description) ?? '', LONGEST_DESCRIPTION)
  const isRepeated = description.toLowerCase().startsWith(summary.toLowerCase())
  const whole = isRepeated ? description : `${summary}\n\n${description}`.trim()
  const text = cleanText(whole, LONGEST_DESCRIPTION)
  return operation.deprecated === true ? `Deprecated. ${text}`.slice(0, LONGEST_DESCRIPTION).toWellFormed() : text
}
