import { readEndpoint } from '../../generators/importers/grpc/grpc-endpoint.ts'
import { tokenNameOf } from '../../generators/importers/graphql/token-name.ts'
import { readFrames, writeFrame } from '../../runtime/library/grpc/frames.ts'
import { defaults } from '../config/defaults.ts'
import { MetaError } from '../errors/meta-error.ts'
import type { Server } from '../model/server.ts'
import type { EgressResponse } from '../net/egress.ts'
import type { DescriptionText } from './read-description.ts'
import {
  fileSet,
  readReflection,
  type ReflectionAnswer,
  writeReflection,
  type ReflectionQuestion,
} from './reflection-messages.ts'
import type { Services } from './services.ts'

/** The newer name first; servers have either, or both. */
const SERVICES = ['grpc.reflection.v1.ServerReflection', 'grpc.reflection.v1alpha.ServerReflection']
const MOST_ROUNDS = 8
const MOST_FILES = 200

/** Whether an address is that of a gRPC server, and not of a text. */
export function isGrpcAddress(url: string): boolean {
  return /^grpcs?:\/\/|^grpc\+https?:\/\//i.test(url)
}

/**
 * Asks a gRPC server for its description (grpc.io, doc/server-reflection.md), with the token that a person entered for
 * its host, if there is one.
 * @returns a FileDescriptorSet in base64
 * @throws MetaError DESCRIPTION_UNREADABLE when it does not tell, and those of egress
 */
export async function reflect(
  url: string,
  server: Server,
  services: Pick<Services, 'egress' | 'secrets'>,
  signal: AbortSignal,
): Promise<DescriptionText> {
  const endpoint = readEndpoint(url)
  if (!endpoint) throw silent(url, 'the address is none')
  const token = (await services.secrets.load(server.tenantId, server.id)).value(
    tokenNameOf(endpoint.host),
    endpoint.host,
  )
  const ask = (questions: readonly ReflectionQuestion[]) =>
    askAll(questions, { endpoint, token, url }, services, signal)
  const [listed] = await ask([{ kind: 'services' }])
  const names = (listed?.services ?? []).filter((name) => !/^grpc\.(reflection|health)\./.test(name))
  if (names.length === 0) throw silent(url, 'it lists no service')
  const files = new Map<string, Uint8Array>()
  let questions: ReflectionQuestion[] = names.map((name) => ({ kind: 'symbol', name }))
  for (let round = 0; round < MOST_ROUNDS && questions.length > 0 && files.size < MOST_FILES; round++) {
    const answers = await ask(questions)
    const found = answers.flatMap(({ files: some }) => some)
    for (const { name, bytes } of found) files.set(name, bytes)
    const missing = new Set(found.flatMap(({ dependencies }) => dependencies).filter((name) => !files.has(name)))
    questions = Array.from(missing, (name) => ({ kind: 'file', name }))
  }
  return { text: fileSet(files.values()).toString('base64'), origin: url }
}

interface Asked {
  readonly endpoint: NonNullable<ReturnType<typeof readEndpoint>>
  readonly token: string | undefined
  readonly url: string
}

/** All questions go in one stream, which is then closed, so that no answer is waited for in between. */
async function askAll(
  questions: readonly ReflectionQuestion[],
  { endpoint, token, url }: Asked,
  { egress }: Pick<Services, 'egress'>,
  signal: AbortSignal,
): Promise<readonly ReflectionAnswer[]> {
  const { timeoutMs } = defaults.egress
  const answerBytes = defaults.limits.descriptionBytes
  const policy = { hosts: 'any' as const, caller: 'import', timeoutMs, redirects: 0, answerBytes }
  const body = Buffer.concat(questions.map((question) => writeFrame({ flags: 0, bytes: writeReflection(question) })))
  const headers = [
    ['content-type', 'application/grpc+proto'],
    ...(token === undefined ? [] : [['authorization', `Bearer ${token}`] as const]),
  ] as const
  let problem = 'it does not answer'
  for (const service of SERVICES) {
    const path = `${endpoint.path}/${service}/ServerReflectionInfo`
    const answer = await egress.request({ url: endpoint.origin + path, method: 'POST', headers, body, signal }, policy)
    const { frames } = readFrames(new Uint8Array(answer.body))
    const messages = frames.filter(({ flags }) => flags === 0)
    if (messages.length > 0) return Promise.all(messages.map(({ bytes }) => readReflection(bytes)))
    problem = problemOf(answer, frames.at(-1)?.bytes)
  }
  throw silent(url, problem)
}

/** What stands in the trailers, or in the headers where there is nothing else. */
function problemOf({ status, headers }: EgressResponse, trailers: Uint8Array | undefined): string {
  const lines = [new TextDecoder().decode(trailers), ...headers.map(([name, value]) => `${name}: ${value}`)].join('\n')
  const code = /^grpc-status: *(\d+)/m.exec(lines)?.[1]
  const said = /^grpc-message: *([^\r\n]{1,200})/m.exec(lines)?.[1]
  return code === undefined ? `HTTP ${status}` : `status ${code}${said === undefined ? '' : `: ${said}`}`
}

function silent(url: string, problem: string): MetaError {
  return new MetaError(
    'DESCRIPTION_UNREADABLE',
    `"${url}" does not tell its services by reflection (${problem}).`,
    'Many servers have no reflection: give the .proto text as content or file, and the address as base_url.',
  )
}
