import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openApiImporter } from '../../generators/importers/openapi/openapi-importer.ts'
import { createSandbox } from '../../runtime/sandbox/create-sandbox.ts'
import type { Broker } from '../../runtime/supervisor/broker.ts'
import { defaults } from '../../src/config/defaults.ts'
import { loadConfig } from '../../src/config/load-config.ts'
import { hostKey } from '../../src/net/address.ts'
import type { Egress } from '../../src/net/egress.ts'
import { egressFetch, egressStreamFetch } from '../../src/net/egress-fetch.ts'
import { LOCAL_TENANT, type ServerId } from '../../src/model/ids.ts'
import type { OauthRequest } from '../../src/model/inbox/oauth.ts'
import { loginEndpoints } from '../../src/pipeline/login/login-endpoints.ts'
import { createConnections } from '../../src/pipeline/connections/connections.ts'
import { createBroker } from '../../src/pipeline/create-broker.ts'
import { readDescription, referenceLoader } from '../../src/pipeline/read-description.ts'
import { bundleOf } from '../runtime/sandbox/tool-bundle.ts'

/** Every door through which an address from outside can lead out. */
export const DOORS = [
  "an import's address",
  'a reference of a description',
  'an address that a documentation page names',
  'a request of a tool',
  'a redirect of an API',
  'fetch of code',
  "a remote server's stream",
  "a login's discovery",
  'the OpenID provider that a description names',
  'a connected server',
] as const
export type Door = (typeof DOORS)[number]

export interface Doors extends AsyncDisposable {
  /** The host that is open, and leads on to wherever it is told. */
  readonly site: string
  /** Goes through a door to an address. @returns all that whoever asked gets to see, an error's text too */
  enter(door: Door, address: string): Promise<string>
}

/** @param makeEgress  is told the `host:port` of the one site that a person has opened */
export async function openDoors(makeEgress: (site: string) => Egress): Promise<Doors> {
  await using stack = new AsyncDisposableStack()
  const site = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://site')
    const to = url.searchParams.get('to') ?? ''
    // A header holds no other characters; a host may be written so, too.
    const location = to.replace(/[^\x20-\x7e]/g, encodeURIComponent)
    if (url.pathname === '/redirect') return void response.writeHead(307, { location }).end()
    if (url.pathname === '/page') {
      const urls = [to, `/redirect?to=${encodeURIComponent(to)}`].map((each) => `{ url: ${JSON.stringify(each)} }`)
      return void response.end(`<html><script>ui([${urls.join()}])</script>`)
    }
    response.writeHead(404).end()
  }).listen(0, '127.0.0.1')
  stack.defer(() => site.close().closeAllConnections())
  await once(site, 'listening')
  // A TCP server's address is never a pipe's name.
  const host = `127.0.0.1:${(site.address() as AddressInfo).port}`
  const egress = makeEgress(host)
  stack.defer(() => egress.close())
  const { runners: _, ...limits } = defaults.sandbox
  const sandbox = createSandbox({ limits, runners: 1, idleMs: limits.idleMs })
  stack.defer(() => sandbox.close())
  const toolsBundle = await bundleOf({ visit: 'return await (await fetch(input.address)).text()' })

  const policy = { hosts: 'any', timeoutMs: 5_000, answerBytes: 100_000, redirects: 3 } as const
  const config = loadConfig({})
  const signal = AbortSignal.timeout(60_000)
  const services = { egress, config }
  const lead = (path: string, to: string) => `http://${host}/${path}?to=${encodeURIComponent(to)}`
  /** The hosts of the server are the worst case: a description named this very host. */
  const broker = (address: string): Broker =>
    createBroker({
      tenantId: LOCAL_TENANT,
      caller: 'test',
      hosts: [host, ...(URL.canParse(address) ? [hostKey(new URL(address))] : [])],
      egress,
      sandbox,
      toolsBundle,
      secrets: { names: () => [], value: () => undefined },
      // None of these is asked for.
      ...({} as Pick<Parameters<typeof createBroker>[0], 'store' | 'onNotice' | 'schedule'>),
    })
  const request = async (to: string, url: string) => {
    const options = { signal, onNotice: () => {} }
    const answer = await broker(to).call({ kind: 'fetch', request: { url, method: 'GET', headers: [] } }, options)
    // What comes back over the border is a WireResponse.
    return Buffer.from((answer as { body: string }).body, 'base64').toString()
  }
  const doors: Record<Door, (address: string) => Promise<unknown>> = {
    "an import's address": (url) => readDescription({ url }, services, signal),
    'a reference of a description': (address) => importReferring(address, `http://${host}/openapi.json`, egress),
    'an address that a documentation page names': (address) =>
      readDescription({ url: lead('page', address) }, services, signal),
    'a request of a tool': (address) => request(address, address),
    'a redirect of an API': (address) => request(address, lead('redirect', address)),
    'fetch of code': (address) => {
      const client = { answers: {}, abilities: { form: false, url: false, sampling: false, roots: false } }
      const call = { kind: 'run', item: { kind: 'tool', name: 'visit' }, input: { address }, client } as const
      return broker(address).call(call, { signal, onNotice: () => {} })
    },
    "a remote server's stream": async (address) => (await egressStreamFetch(egress, policy)(address)).text(),
    'the OpenID provider that a description names': (address) =>
      // Nothing else of the request is read before the provider has answered.
      loginEndpoints({ server: { openIdConnectUrl: address } } as OauthRequest, egress),
    'a connected server': (url) => listConnected(url, egress, signal),
    "a login's discovery": async (address) => (await egressFetch(egress, policy)(address)).text(),
  }
  const opened = stack.move()
  return {
    site: host,
    enter: (door, address) =>
      doors[door](address).then(
        (seen) => JSON.stringify(seen),
        (error: Error & { code?: string; fix?: string }) => `refused: ${error.code} ${error.message} ${error.fix}`,
      ),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

async function listConnected(url: string, egress: Egress, signal: AbortSignal): Promise<unknown> {
  // Without a token no secret is loaded.
  const secrets = { load: () => Promise.reject(new Error('There are no secrets.')) }
  const connections = createConnections({
    egress,
    secrets,
    limits: defaults.connection,
    loginDirectory: join(tmpdir(), 'no-such-logins'),
  })
  const connection = { name: 'upstream', url, transport: 'streamable-http' } as const
  const serverId = '00000000-0000-7000-8000-000000000000' as ServerId
  try {
    return await connections.use({ tenantId: LOCAL_TENANT, serverId, connection }, (live) => live.list(signal))
  } finally {
    await connections.close()
  }
}

/** Imports a description in which a path is elsewhere. */
export async function importReferring(address: string, origin: string, egress: Egress): Promise<unknown> {
  const text = JSON.stringify({
    openapi: '3.1.0',
    info: { title: 'Parts', version: '1' },
    servers: [{ url: 'https://api.example' }],
    paths: { '/thing': { $ref: address } },
  })
  const loadReference = referenceLoader(origin, { egress }, AbortSignal.timeout(60_000))
  return await openApiImporter.read(text, { origin, loadReference })
}
