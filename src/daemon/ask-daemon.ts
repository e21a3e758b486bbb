import { request } from 'node:http'
import type { DaemonRecord } from './daemon-file.ts'

/** The daemon's answer to one request, or undefined when it can't be reached in time. */
export function askDaemon(
  { port, token }: Pick<DaemonRecord, 'port' | 'token'>,
  path: string,
  { method = 'GET', timeoutMs = 1_000, body }: { method?: string; timeoutMs?: number; body?: string } = {},
): Promise<{ status: number; body: unknown } | undefined> {
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${token}` }
    const asked = request(
      { host: '127.0.0.1', port, path, method, headers, timeout: timeoutMs, agent: false },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => (text += chunk))
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: parse(text) }))
        response.on('error', () => resolve(undefined))
      },
    )
    asked.on('timeout', () => asked.destroy())
    asked.on('error', () => resolve(undefined))
    asked.end(body)
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
