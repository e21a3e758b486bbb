/** Where a Worker is in the API. */
export interface WorkerAddress {
  readonly accountId: string
  readonly name: string
}

export function scriptPath({ accountId, name }: WorkerAddress): string {
  return `/accounts/${accountId}/workers/scripts/${encodeURIComponent(name)}`
}
