/** In the account's list of D1 databases. */
export function databaseName(worker: string): string {
  return `${worker}-store`
}

/** In the account's list of KV namespaces. */
export function namespaceTitle(worker: string): string {
  return `${worker}-cache`
}
