import type { IncomingMessage } from 'node:http'

/** The value of a cookie of ours: base64url. */
export function readCookie({ headers }: IncomingMessage, name: string): string | undefined {
  return new RegExp(`(?:^|; *)${name}=([A-Za-z0-9_-]+)`).exec(headers.cookie ?? '')?.[1]
}
