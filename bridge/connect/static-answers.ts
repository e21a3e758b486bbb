import type { JsonObject, RpcRequest } from '../protocol/json-rpc.ts'
import { claimedVersion, META, negotiateLegacy } from '../protocol/versions.ts'

/** What a door can say about its server before that server is up. */
export interface StaticAnswers {
  readonly serverInfo: { readonly name: string; readonly version: string; readonly [key: string]: unknown }
  readonly capabilities: JsonObject
  readonly instructions?: string
  /** Of every era that the endpoint speaks. */
  readonly supportedVersions: readonly string[]
  readonly tools: readonly JsonObject[]
  readonly prompts?: readonly JsonObject[]
  readonly resources?: readonly JsonObject[]
  readonly resourceTemplates?: readonly JsonObject[]
}

/** The result that is known without the endpoint; undefined when only the endpoint knows. */
export function answerStatically(answers: StaticAnswers, request: RpcRequest): JsonObject | undefined {
  const isModern = claimedVersion(request.params) !== undefined
  if (request.method === 'initialize') return initializeResult(answers, request)
  if (request.method === 'server/discover') return discoverResult(answers)
  const list = listOf(answers, request.method)
  // A cursor belongs to a list that the endpoint began.
  if (list === undefined || request.params?.['cursor'] !== undefined) return undefined
  return isModern ? modern(answers, list) : list
}

function listOf(answers: StaticAnswers, method: string): JsonObject | undefined {
  if (method === 'tools/list') return { tools: answers.tools }
  if (method === 'prompts/list') return answers.prompts && { prompts: answers.prompts }
  if (method === 'resources/list') return answers.resources && { resources: answers.resources }
  if (method === 'resources/templates/list') {
    return answers.resourceTemplates && { resourceTemplates: answers.resourceTemplates }
  }
  return undefined
}

function initializeResult(answers: StaticAnswers, request: RpcRequest): JsonObject {
  const { serverInfo, capabilities, instructions, supportedVersions } = answers
  return {
    protocolVersion: negotiateLegacy(request.params?.['protocolVersion'], supportedVersions),
    capabilities,
    serverInfo,
    ...(instructions !== undefined && { instructions }),
  }
}

/** 2026-07-28: server/discover, Response. */
function discoverResult(answers: StaticAnswers): JsonObject {
  const { capabilities, instructions, supportedVersions } = answers
  return modern(answers, { supportedVersions, capabilities, ...(instructions !== undefined && { instructions }) })
}

/** 2026-07-28: basic/index, ResultType; server/utilities/caching. Nobody may keep it: the endpoint may know more. */
function modern(answers: StaticAnswers, result: JsonObject): JsonObject {
  const meta = { [META.serverInfo]: answers.serverInfo }
  return { resultType: 'complete', ...result, ttlMs: 0, cacheScope: 'private', _meta: meta }
}
