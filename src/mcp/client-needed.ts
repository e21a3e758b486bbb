import { inputRequired, type InputRequests, type InputRequiredResult } from '@modelcontextprotocol/server'

/** Thrown to end this round of a call: the client is asked, and calls again with its answers. */
export class ClientNeeded extends Error {
  override readonly name = 'ClientNeeded'
  readonly requests: InputRequests

  constructor(requests: InputRequests) {
    super('The client has to be asked.')
    this.requests = requests
  }
}

/** The result that asks. MCP 2026-07-28, basic/patterns/mrtr; for older clients the SDK sends the requests itself. */
export function askClient({ requests }: ClientNeeded): InputRequiredResult {
  return inputRequired({ inputRequests: requests })
}
