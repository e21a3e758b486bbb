import {
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  type InputRequiredResult,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server'
import type { InputNeeded } from '../input-needed.ts'
import type { Change, ClientAbilities } from '../tool-context.ts'
import type { ClientSide } from '../wire.ts'
import { askClient, readAnswers, type RoundsSeal } from './input-rounds.ts'
import type { ServerHost } from './server-parts.ts'
import { TASKS_EXTENSION } from './tasks-extension.ts'

/** One request of a client, with all that answering it needs. */
export interface ServedCall {
  readonly host: ServerHost
  readonly request: Pick<ServerContext['mcpReq'], '_meta' | 'log' | 'notify' | 'signal'>
  readonly client: ClientSide
  /** The client takes a task in the place of a result. */
  readonly takesTasks: boolean
  /** Aborted when the client gives the call up. */
  readonly signal: AbortSignal
  /** The code lets the call go on in the background. */
  readonly background: () => void
  readonly notify: (change: Change) => void
  /** Ends this round with the questions; the client calls again with the answers. */
  ask(needed: InputNeeded): Promise<InputRequiredResult>
}

export interface CallServices {
  readonly server: Server
  readonly host: ServerHost
  readonly seal: RoundsSeal
}

export type OpenCall = (call: ServerContext, params: object) => Promise<ServedCall>

/** @throws ProtocolError -32602 when its answers were given to another request */
export async function openCall(
  { server, host, seal }: CallServices,
  call: ServerContext,
  params: object,
): Promise<ServedCall> {
  const { answers, resume } = await readAnswers(call, params)
  const capabilities = clientCapabilities(server, call)
  return {
    host,
    request: call.mcpReq,
    client: { answers, abilities: abilitiesOf(capabilities), ...(resume !== undefined && { resume }) },
    takesTasks: capabilities.extensions?.[TASKS_EXTENSION] !== undefined,
    signal: call.mcpReq.signal,
    background: () => {},
    notify: notifier(server, host),
    ask: (needed) => askClient(needed, answers, seal, call, params),
  }
}

/** 2026-07-28 sends them with each request; before, they were told once. */
function clientCapabilities(server: Server, { mcpReq }: ServerContext): ClientCapabilities {
  const envelope: { readonly [CLIENT_CAPABILITIES_META_KEY]?: ClientCapabilities } = mcpReq.envelope ?? {}
  return envelope[CLIENT_CAPABILITIES_META_KEY] ?? server.getClientCapabilities() ?? {}
}

/** A client that declares elicitation without a mode takes forms (MCP 2025-11-25, client/elicitation, Capabilities). */
function abilitiesOf({ elicitation, sampling, roots }: ClientCapabilities): ClientAbilities {
  const hasElicitation = elicitation !== undefined
  const url = hasElicitation && elicitation.url !== undefined
  return {
    form: hasElicitation && (elicitation.form !== undefined || !url),
    url,
    sampling: sampling !== undefined,
    roots: roots !== undefined,
  }
}

function notifier(server: Server, host: ServerHost): (change: Change) => void {
  return (change) => {
    host.publish?.(change)
    sendChange(server, change)
  }
}

/** Tells the client of a server; one that has gone must not end the tool that tells it something. */
export function sendChange(server: Server, change: Change): void {
  const sent =
    change.kind === 'resource'
      ? server.sendResourceUpdated({ uri: change.uri })
      : change.kind === 'tools'
        ? server.sendToolListChanged()
        : change.kind === 'resources'
          ? server.sendResourceListChanged()
          : server.sendPromptListChanged()
  sent.catch(() => {})
}
