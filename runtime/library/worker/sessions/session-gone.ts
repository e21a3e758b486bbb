import { refused } from '../read-message.ts'

/** MCP 2025-11-25, basic/transports, Session Management: the client then begins anew. */
export function sessionGone(): Response {
  return refused(
    404,
    -32_001,
    'There is no such session. It has ended, or belongs to another caller. Initialize again.',
  )
}
