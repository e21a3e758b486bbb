import type { InboxItemId, ServerId } from '../ids.ts'
import { changedToolsKind } from './changed-tools.ts'
import { connectionKind } from './connection.ts'
import type { InboxForm, InboxKind } from './inbox-kind.ts'
import { confirmationKind } from './confirmation.ts'
import { descriptionKind } from './description.ts'
import { localHostKind } from './local-host.ts'
import { oauthKind } from './oauth.ts'
import { loginSecretKind } from './login-secret.ts'
import { openServerKind } from './open-server.ts'
import { secretKind } from './secret.ts'
import { targetTokenKind } from './target-token.ts'

/** A new kind is a file, a line here, and the same in src/pipeline/inbox. */
const inboxKinds = {
  secret: secretKind,
  confirmation: confirmationKind,
  'local-host': localHostKind,
  description: descriptionKind,
  oauth: oauthKind,
  connection: connectionKind,
  'changed-tools': changedToolsKind,
  'open-server': openServerKind,
  'target-token': targetTokenKind,
  'login-secret': loginSecretKind,
}

type InboxKinds = typeof inboxKinds
export type InboxKindName = keyof InboxKinds
export const INBOX_KIND_NAMES = Object.keys(inboxKinds)

/** What is asked for. There is no tool that answers it. */
export type InboxRequest<Name extends InboxKindName = InboxKindName> = Parameters<InboxKinds[Name]['form']>[0]

/** What the form of a kind wants to know. */
export type InboxFacts<Name extends InboxKindName = InboxKindName> = Parameters<InboxKinds[Name]['form']>[1]

/** Something that only a person can do or allow. */
export interface InboxItem<Request extends InboxRequest = InboxRequest> {
  readonly id: InboxItemId
  /** Absent when it concerns no single server. */
  readonly server?: { readonly id: ServerId; readonly name: string }
  readonly request: Request
  /** The principal's subject. */
  readonly requestedBy: string
  readonly requestedAt: Date
}

/** One line for a terminal or a list. */
export function describeRequest({ request, server }: Pick<InboxItem, 'request' | 'server'>): string {
  return kindOf(request).line(request, server ? `"${server.name}"` : 'mcpwright')
}

export function titleOf(request: InboxRequest): string {
  return kindOf(request).title(request)
}

export function matterOf(request: InboxRequest): string {
  return kindOf(request).matterOf(request)
}

export function formOf(request: InboxRequest, facts: InboxFacts): InboxForm {
  return kindOf(request).form(request, facts)
}

/** The table pairs a kind with its requests, which the type of an index does not show. */
function kindOf(request: InboxRequest): InboxKind<InboxRequest, InboxFacts> {
  return inboxKinds[request.kind]
}
