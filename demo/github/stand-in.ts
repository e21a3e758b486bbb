import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { createRequestChecker } from './check-request.ts'
import { type Description, readOperations } from './description.ts'
import { exampleAnswer } from './example-answer.ts'
import { createOperationFinder } from './find-operation.ts'

export interface SeenRequest {
  readonly method: string
  readonly url: string
  readonly status: number
  /** The path template that answered; undefined when none did. */
  readonly template: string | undefined
}

export interface StandIn extends AsyncDisposable {
  /** `127.0.0.1:port` */
  readonly host: string
  readonly operations: number
  readonly seen: readonly SeenRequest[]
}

interface Answer {
  readonly status: number
  readonly mediaType?: string
  readonly body: string
  readonly template?: string
}

/**
 * An API on loopback that stands in for the one of a description: it answers with the description's examples what
 * fits, and else 404, 405 or 422 with what does not fit.
 */
export async function startStandIn(description: Description): Promise<StandIn> {
  const operations = readOperations(description)
  const find = createOperationFinder(operations)
  const check = createRequestChecker(description)
  const seen: SeenRequest[] = []

  async function answerTo(request: IncomingMessage): Promise<Answer> {
    const body = await buffer(request)
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stand-in.example')
    const found = find(pathname)
    if (found.length === 0) return refuse(404, [`there is no path ${pathname}`])
    const match = found.find(({ operation }) => operation.method === request.method)
    if (!match) return refuse(405, [`${pathname} has no method ${request.method}`])
    const { template } = match.operation
    const problems = check(match, { query: searchParams, headers: request.headers, body })
    if (problems.length > 0) return { ...refuse(422, problems), template }
    const example = exampleAnswer(description, match.operation)
    return example ? { ...example, template } : refuse(501, ['the description has no example of success'])
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, mediaType, body, template } = await answerTo(request)
    seen.push({ method: request.method ?? '', url: request.url ?? '', status, template })
    response.writeHead(status, mediaType === undefined ? {} : { 'content-type': mediaType }).end(body)
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      const { body } = refuse(500, [String(error)])
      response.writeHead(500, { 'content-type': 'application/json' }).end(body)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    // A TCP server's address is an AddressInfo.
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    operations: operations.length,
    seen,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
    },
  }
}

function refuse(status: number, problems: readonly string[]): Answer {
  const message = `The request does not fit the description: ${problems.join('; ')}.`
  return { status, mediaType: 'application/json', body: JSON.stringify({ message, problems }) }
}
