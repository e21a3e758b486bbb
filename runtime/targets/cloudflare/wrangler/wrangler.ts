import type { ProjectFiles } from '../../../../src/model/project-files.ts'

/** Which account, and by what right. */
export interface CloudflareAccess {
  /** `https://api.cloudflare.com/client/v4` by default. */
  readonly apiBaseUrl: string
  readonly token: string
  readonly accountId: string
}

/** A Worker as it is sent: finished modules, nothing is bundled on the way. */
export interface WorkerUpload {
  /** wrangler.jsonc as an object, with `name`; `main` and what is about bundling are added. */
  readonly config: Readonly<Record<string, unknown>>
  /** By file name; `worker.mjs` is the entry. */
  readonly modules: ProjectFiles
  /** Sent with the code, by name. */
  readonly secrets: Readonly<Record<string, string>>
  /** Shown beside the version, at most 25 characters: finds it again after a death. */
  readonly tag: string
  readonly message: string
  /** Where it goes instead of the account itself; it has no address there. */
  readonly dispatchNamespace?: string
  /** Of Workers of our own: configuration that no project may have, since it leads to others of the account. */
  readonly reaches?: { readonly dispatch_namespaces: readonly object[] }
}

/**
 * Cloudflare's own program, as a process with a cleared environment. Each call ends its process at an abort.
 * All throw MetaError: TARGET_FORBIDDEN (401, 403), TARGET_REFUSED (the platform says no, with its code and words),
 * TARGET_UNREACHABLE (429, 5xx, a hang or a cut, after retries), TARGET_TOOL_MISSING (it can't be fetched).
 */
export interface Wrangler {
  /** Makes a Worker, or changes one whose Durable Objects change: the version has all traffic at once. */
  deploy(upload: WorkerUpload, access: CloudflareAccess, signal: AbortSignal): Promise<UploadedVersion>
  /** Adds a version to a Worker that exists. It has no traffic. */
  uploadVersion(upload: WorkerUpload, access: CloudflareAccess, signal: AbortSignal): Promise<UploadedVersion>
  /** One that is gone already is no error. */
  /** Hears live what a Worker does. @param onText  gets JSON objects one after the other, in pieces */
  tail(name: string, access: CloudflareAccess, onText: (text: string) => void): Promise<WorkerTail>
}

export interface WorkerTail {
  /** It has ended, by itself or not. */
  readonly ended: Promise<void>
  close(): Promise<void>
}

export interface UploadedVersion {
  readonly versionId: string
}
