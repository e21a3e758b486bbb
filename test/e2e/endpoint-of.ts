import { readDaemonRecord } from '../../src/daemon/daemon-file.ts'
import type { TestHome } from './test-home.ts'

export interface Endpoint {
  readonly url: string
  /** At the daemon, by slug. */
  readonly shared_url: string
  readonly token: string
}

/** Where a deployed server of this home is reached, and with which token. */
export async function endpointOf({ folder }: TestHome, server: string): Promise<Endpoint> {
  const daemon = readDaemonRecord(folder)
  const response = await fetch(`http://127.0.0.1:${daemon?.port}/servers/${server}/endpoint`, {
    headers: { authorization: `Bearer ${daemon?.token}` },
  })
  return (await response.json()) as Endpoint
}
