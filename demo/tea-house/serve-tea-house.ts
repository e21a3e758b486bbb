import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { openTeaHouse, Refusal, type TeaHouse } from './tea-house.ts'

export interface TeaHouseApi extends AsyncDisposable {
  /** `127.0.0.1:port` */
  readonly host: string
  /** Where it tells its description. */
  readonly descriptionUrl: string
}

/** A small real HTTP API: it keeps what it is told until it is closed. */
export async function serveTeaHouse(): Promise<TeaHouseApi> {
  const house = openTeaHouse()
  const description = readFileSync(path.join(import.meta.dirname, 'description.yaml'), 'utf8')
  const server = createServer((request, response) => {
    if (request.url === '/openapi.yaml') {
      response.setHeader('content-type', 'application/yaml').end(description)
      return
    }
    answer(house, request)
      .then(({ status, value }) => send(response, status, value))
      .catch((error: unknown) => {
        const status = error instanceof Refusal ? error.status : 500
        send(response, status, { message: error instanceof Error ? error.message : String(error) })
      })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A TCP server's address is an AddressInfo.
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    host,
    descriptionUrl: `http://${host}/openapi.yaml`,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
    },
  }
}

async function answer(house: TeaHouse, request: IncomingMessage): Promise<{ status: number; value?: unknown }> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://tea-house.example')
  const [, collection = '', key] = pathname.split('/')
  const number = (name: string) => (searchParams.has(name) ? Number(searchParams.get(name)) : undefined)
  switch (`${request.method} ${collection}${key === undefined ? '' : '/…'}`) {
    case 'GET teas':
      return { status: 200, value: { teas: house.teas(searchParams.get('kind') ?? undefined, number('maxPrice')) } }
    case 'GET teas/…':
      return { status: 200, value: house.tea(decodeURIComponent(key ?? '')) }
    case 'GET orders':
      return { status: 200, value: { orders: house.orders(number('table')) } }
    case 'POST orders':
      return { status: 201, value: house.createOrder(parse(await text(request))) }
    case 'GET orders/…':
      return { status: 200, value: house.order(Number(key)) }
    case 'DELETE orders/…':
      house.cancelOrder(Number(key))
      return { status: 204 }
    default:
      throw new Refusal(404, `There is nothing at ${request.method} ${pathname}.`)
  }
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    throw new Refusal(422, 'The body is no JSON.')
  }
}

function send(response: ServerResponse, status: number, value: unknown): void {
  if (value === undefined) response.writeHead(status).end()
  else response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}
