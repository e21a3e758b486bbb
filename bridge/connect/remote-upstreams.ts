import { LocalFailure } from './local-failure.ts'
import { RpcError, type JsonObject, type RpcRequest } from '../protocol/json-rpc.ts'
import { raceAbort } from '../protocol/race-abort.ts'
import { envelope } from '../serve/envelope.ts'
import type { EndpointLink } from './endpoint-link.ts'
import { createLegacyOnModern } from './legacy-on-modern.ts'
import { InitializeRefused } from './legacy-session.ts'
import { createLegacyUpstream, type LegacyUpstream } from './legacy-upstream.ts'
import type { LineOutput } from './line-output.ts'
import { createModernOnLegacy } from './modern-on-legacy.ts'
import { askModern, createModernUpstream, type ModernPath, type ModernUpstream } from './modern-upstream.ts'
import { createParameterHeaders } from './parameter-headers.ts'
import { sessionOpener, type Transport } from './remote-session.ts'
import { type DiscoverAnswer, isModernAnswer } from './server-era.ts'

export interface RemoteSettings {
  readonly transport: Transport
  /** A line for the person, on stderr. */
  readonly warn: (line: string) => void
}

export interface Upstreams {
  readonly legacy: LegacyUpstream
  readonly modern: ModernUpstream
}

/**
 * The ways to a server of unknown era, for a client of either: each side is served in its own era where the other
 * speaks it, and translated where it does not. What the server speaks is found out once.
 */
export function createRemoteUpstreams(link: EndpointLink, output: LineOutput, settings: RemoteSettings): Upstreams {
  const openSession = sessionOpener(settings.transport)
  const path = { link, parameterHeaders: createParameterHeaders(settings.warn) }
  return {
    legacy: createLegacyUpstreamOfEra(createLegacyUpstream(link, output, openSession), (params, signal) =>
      discover(path, params, signal).then((answer) =>
        answer.kind === 'result' && isModernAnswer(answer)
          ? createLegacyOnModern(path, output, params, answer.result)
          : undefined,
      ),
    ),
    modern: createModernUpstreamOfEra(async (request, signal) => {
      const isLegacyOnly = settings.transport === 'sse' || !(await speaksModern(path, request, signal))
      return isLegacyOnly
        ? createModernOnLegacy(link, output, openSession)
        : createModernUpstream(link, output, path.parameterHeaders)
    }),
  }
}

async function speaksModern(path: ModernPath, request: RpcRequest, signal: AbortSignal): Promise<boolean> {
  return isModernAnswer(await askDiscover(path, { _meta: request.params?.['_meta'] }, signal))
}

async function discover(path: ModernPath, initializeParams: JsonObject, signal: AbortSignal): Promise<DiscoverAnswer> {
  const { clientInfo, capabilities } = initializeParams
  return await askDiscover(path, envelope({}, { clientInfo, clientCapabilities: capabilities ?? {} }), signal)
}

async function askDiscover(path: ModernPath, params: JsonObject, signal: AbortSignal): Promise<DiscoverAnswer> {
  const request: RpcRequest = { jsonrpc: '2.0', id: 'discover', method: 'server/discover', params }
  try {
    return { kind: 'result', result: await askModern(path, request, signal) }
  } catch (error) {
    // Nobody being logged in says nothing about the era.
    if (!(error instanceof RpcError) || error instanceof LocalFailure) throw error
    return { kind: 'error', error }
  }
}

/** In its own era first; where the server refuses `initialize`, by translation. */
function createLegacyUpstreamOfEra(
  native: LegacyUpstream,
  translate: (params: JsonObject, signal: AbortSignal) => Promise<LegacyUpstream | undefined>,
): LegacyUpstream {
  let chosen = native
  let params: JsonObject = {}

  return {
    begin(initializeParams) {
      params = initializeParams
      chosen.begin(initializeParams)
    },
    async initializeResult(signal) {
      try {
        return await chosen.initializeResult(signal)
      } catch (refusal) {
        if (!(refusal instanceof InitializeRefused)) throw refusal
        const translated = await translate(params, signal)
        if (!translated) throw refusal
        chosen = translated
        return await chosen.initializeResult(signal)
      }
    },
    request: (request, signal) => chosen.request(request, signal),
    notify: (notification) => chosen.notify(notification),
    respond: (response) => chosen.respond(response),
    close: (signal) => chosen.close(signal),
  }
}

/** The era is asked for with the first request; a failure to find it out is not kept. */
function createModernUpstreamOfEra(
  choose: (request: RpcRequest, signal: AbortSignal) => Promise<ModernUpstream>,
): ModernUpstream {
  const closing = new AbortController()
  let chosen: Promise<ModernUpstream> | undefined

  function upstreamFor(request: RpcRequest): Promise<ModernUpstream> {
    chosen ??= choose(request, closing.signal).catch((error: unknown) => {
      chosen = undefined
      throw error
    })
    return chosen
  }

  return {
    async carry(request, signal) {
      const upstream = await raceAbort(upstreamFor(request), signal)
      await upstream.carry(request, signal)
    },
    async close(signal) {
      closing.abort(new Error('The client has left.'))
      const last = await chosen?.catch(() => undefined)
      await last?.close(signal)
    },
  }
}
