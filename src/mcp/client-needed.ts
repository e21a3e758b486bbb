import { inputRequired, type InputRequests, type InputRequiredResult } from '@modelcontextprotocol/server'

/** Thrown to end this round of a call: the client is asked, and calls again with its answers. */
export class ClientNeeded extends Error {
  override readonly name = 'ClientNeeded'
  readonly requests: InputRequests
  /** Sealed; the client brings it back with its answers. */
  readonly state: string | undefined

  constructor(requests: InputRequests, state?: string) {
    super('The client has to be asked.')
    this.requests = requests
    this.state = state
  }
}

/** The result that asks. MCP 2026-07-28, basic/patterns/mrtr; for older clients the SDK sends the requests itself. */
export function askClient({ requests, state }: ClientNeeded): InputRequiredResult {
  return inputRequired({ inputRequests: requests, ...(state !== undefined && { requestState: state }) })
}
