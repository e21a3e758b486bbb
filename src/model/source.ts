import type { SourceKind } from './api-importer.ts'
import type { ServerId, SourceId, TenantId } from './ids.ts'
import type { SkippedPart } from './tool-definition.ts'

/** An imported description. Its text is stored once per tenant and digest. */
export interface Source {
  readonly id: SourceId
  readonly tenantId: TenantId
  readonly serverId: ServerId
  readonly kind: SourceKind
  /** Where it was read: a URL, `file:name.json`, or `inline`. */
  readonly origin: string
  readonly title: string
  /** SHA-256 of the text, in hex. */
  readonly digest: string
  readonly skipped: readonly SkippedPart[]
  /** What it was read with: a base URL instead of its servers; the overlay's digest, as `digest`. */
  readonly baseUrl: string | null
  readonly overlayDigest: string | null
  readonly createdAt: Date
}
