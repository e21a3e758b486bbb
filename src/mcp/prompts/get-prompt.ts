import {
  type GetPromptResult,
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
} from '@modelcontextprotocol/server'
import { evaluationUri } from '../../model/evaluation.ts'
import { nearestName } from '../../model/names.ts'
import type { MetaResult } from '../meta-result.ts'
import type { readResource } from '../resources/read-resource.ts'
import { serverUri } from '../resources/resource-uris.ts'
import { metaPrompts } from './index.ts'
import type { MetaPrompt } from './meta-prompt.ts'

/** What a prompt brings along, read for the one who asks. */
export interface PromptReader {
  readonly callTool: (name: string, input: Readonly<Record<string, unknown>>) => Promise<MetaResult>
  /** @throws ResourceNotFoundError */
  readonly readResource: (uri: string) => Promise<{ readonly contents: PromptResource[] }>
}

type PromptResource = Awaited<ReturnType<typeof readResource>>['contents'][number]

/**
 * A prompt with its arguments filled in; where it is about a server, that server goes along as it is now.
 * @throws ProtocolError -32602 for an unknown prompt or server, and arguments that are missing or unknown (2026-07-28,
 *   server/prompts, Error Handling)
 */
export async function getPrompt(
  name: string,
  given: Readonly<Record<string, string>>,
  reader: PromptReader,
): Promise<GetPromptResult> {
  const prompt = metaPrompts.find((candidate) => candidate.name === name)
  if (!prompt) throw unknownPrompt(name)
  checkArguments(prompt, given)
  const text = { role: 'user', content: { type: 'text', text: prompt.write(given) } } as const
  const server = given['server'] ?? ''
  const shown = prompt.showsServer ? [await describeServer(server, reader)] : []
  const evaluations = prompt.showsEvaluations ? await earlierEvaluations(server, reader) : []
  return { description: prompt.description, messages: [text, ...shown, ...evaluations] }
}

type Message = GetPromptResult['messages'][number]

/** None, where the server was not evaluated yet. */
async function earlierEvaluations(server: string, { readResource: read }: PromptReader): Promise<Message[]> {
  try {
    const { contents } = await read(evaluationUri(server))
    return contents.map((resource) => ({ role: 'user', content: { type: 'resource', resource } }))
  } catch (error) {
    if (error instanceof ResourceNotFoundError) return []
    throw error
  }
}

async function describeServer(server: string, { callTool }: PromptReader): Promise<Message> {
  const shown = await callTool('get_server', { server, include: ['tools', 'versions', 'deployments', 'tests'] })
  if (shown.isError) throw invalid(shown.content[0]?.text ?? `There is no server "${server}".`)
  const text = JSON.stringify(shown.structuredContent, undefined, 2)
  return {
    role: 'user',
    content: { type: 'resource', resource: { uri: serverUri(server), mimeType: 'application/json', text } },
  }
}

function checkArguments(prompt: MetaPrompt, given: Readonly<Record<string, string>>): void {
  const missing = prompt.arguments.filter(({ name, required }) => required && !given[name]?.trim())
  const unknown = Object.keys(given).filter((name) => !prompt.arguments.some((argument) => argument.name === name))
  if (missing.length + unknown.length === 0) return
  const names = prompt.arguments.map(({ name, required }) => (required ? `${name} (required)` : name))
  throw invalid(
    `${prompt.name} ${missing.length > 0 ? `misses ${missing.map(({ name }) => name).join(', ')}` : `does not know ${unknown.join(', ')}`}. It takes: ${names.join(', ')}.`,
  )
}

function unknownPrompt(name: string): ProtocolError {
  const names = metaPrompts.map((prompt) => prompt.name)
  const near = nearestName(name, names)
  return invalid(
    `There is no prompt "${name}". ${near ? `Did you mean "${near}"?` : `There are: ${names.join(', ')}.`}`,
  )
}

function invalid(message: string): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, message)
}
