// What of Cloudflare's own types a Worker of ours uses: https://developers.cloudflare.com/workers/runtime-apis/

/** https://developers.cloudflare.com/d1/worker-api/d1-database/ */
export interface D1Database {
  prepare(sql: string): D1Statement
}

export interface D1Statement {
  bind(...values: readonly (string | number | null)[]): D1Statement
  all<Row>(): Promise<{ readonly results: readonly Row[] }>
}

/** https://developers.cloudflare.com/kv/api/ */
export interface KvNamespace {
  get(key: string): Promise<string | null>
  /** `expirationTtl` in seconds, at least 60. */
  put(key: string, value: string, options: { readonly expirationTtl: number }): Promise<void>
  delete(key: string): Promise<void>
}

/** https://developers.cloudflare.com/durable-objects/api/namespace/ */
export interface ObjectNamespace {
  newUniqueId(): ObjectId
  idFromName(name: string): ObjectId
  /** @throws TypeError for a text that is no id of this namespace */
  idFromString(text: string): ObjectId
  get(id: ObjectId): { fetch(request: Request): Promise<Response> }
}

export interface ObjectId {
  toString(): string
}

/** https://developers.cloudflare.com/durable-objects/api/state/ */
export interface ObjectState {
  readonly id: ObjectId
  readonly storage: ObjectStorage
  waitUntil(work: Promise<unknown>): void
  blockConcurrencyWhile<Value>(work: () => Promise<Value>): Promise<Value>
}

/** https://developers.cloudflare.com/durable-objects/api/sqlite-storage-api/ */
export interface ObjectStorage {
  readonly sql: {
    exec<Row>(sql: string, ...values: readonly (ArrayBuffer | string | number | null)[]): { toArray(): Row[] }
  }
  setAlarm(timeMs: number): Promise<void>
  deleteAlarm(): Promise<void>
  deleteAll(): Promise<void>
}

/** https://developers.cloudflare.com/workers/runtime-apis/context/ */
export interface WorkerContext {
  waitUntil(work: Promise<unknown>): void
}
