import type { Credential } from '../../runtime/library/http-call.ts'
import type { ContentBlock } from '../../runtime/library/tool-result.ts'
import type { Connection } from './connection.ts'
import type { FileOverlay } from './file-overlay.ts'
import type { ServerId, TenantId } from './ids.ts'
import type { SavedTest } from './saved-test.ts'
import type { ToolDefinition } from './tool-definition.ts'

/** What a server is to become: plain data, immutable; every change gives a new revision. */
export interface ServerDefinition {
  readonly id: ServerId
  readonly tenantId: TenantId
  readonly name: string
  readonly description: string
  /** Grows by one with every change. */
  readonly revision: number
  readonly tools: readonly ToolDefinition[]
  readonly resources: readonly ResourceDefinition[]
  readonly prompts: readonly PromptDefinition[]
  readonly credentials: readonly Credential[]
  readonly connections: readonly Connection[]
  /** TypeScript that its code imports as `../shared/NAME.ts`, by file name. */
  readonly shared?: Readonly<Record<string, string>>
  /** What every build repeats; absent where a definition is made outside of the registry. */
  readonly tests?: readonly SavedTest[]
  /** Changes made by hand to the files that are generated; absent where there are none. */
  readonly overlays?: readonly FileOverlay[]
  readonly exposure: Exposure
}

/** How the tools are shown: one by one, or through search, describe, read and call. */
export type Exposure = 'tools' | 'search'

export interface ResourceDefinition {
  readonly name: string
  /** A URI, or a URI template (RFC 6570). */
  readonly uri: string
  readonly description?: string
  readonly mimeType?: string
  readonly content: ResourceContent
}

export type ResourceContent =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'bytes'; readonly base64: string }
  | { readonly kind: 'code'; readonly source: string; readonly hosts: readonly string[] }

export interface PromptDefinition {
  readonly name: string
  readonly description: string
  readonly arguments: readonly PromptArgument[]
  /** Texts may hold `{{argument}}` placeholders; or code makes them. */
  readonly messages: readonly PromptMessage[] | PromptCode
}

/** Gets the arguments as `input`, and returns a text or messages. */
export interface PromptCode {
  readonly kind: 'code'
  readonly source: string
  readonly hosts: readonly string[]
}

export interface PromptArgument {
  readonly name: string
  readonly description?: string
  readonly required: boolean
  /** Offered as completions. */
  readonly values?: readonly string[]
}

/** Text, or any content block of MCP: an image, audio, an embedded resource. */
export type PromptMessage =
  | { readonly role: 'user' | 'assistant'; readonly text: string }
  | { readonly role: 'user' | 'assistant'; readonly content: ContentBlock }
