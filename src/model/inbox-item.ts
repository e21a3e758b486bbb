import type { InboxItemId, ServerId } from './ids.ts'

/** Something that only a person can do or allow. */
export interface InboxItem {
  readonly id: InboxItemId
  /** Absent when it concerns no single server. */
  readonly server?: { readonly id: ServerId; readonly name: string }
  readonly request: InboxRequest
  /** The principal's subject. */
  readonly requestedBy: string
  readonly requestedAt: Date
}

/** What is asked for. There is no tool that answers it. */
export type InboxRequest =
  | {
      readonly kind: 'secret'
      readonly name: string
      /** `host` or `host:port`: the one place the value may be sent to. */
      readonly host: string
      readonly purpose: string
    }
  | {
      readonly kind: 'local-host'
      /** `host:port` on this machine or a private network. */
      readonly address: string
    }

/** One line for a terminal or a list. */
export function describeRequest({ request, server }: Pick<InboxItem, 'request' | 'server'>): string {
  const forServer = server ? `"${server.name}"` : 'mcpwright'
  switch (request.kind) {
    case 'secret':
      return `enter ${request.name} for ${request.host} (${forServer})`
    case 'local-host':
      return `allow ${forServer} to reach ${request.address} on this machine or network`
  }
}
