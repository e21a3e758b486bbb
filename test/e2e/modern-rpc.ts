import { readDaemonRecord } from '../../src/daemon/daemon-file.ts'
import type { TestHome } from './test-home.ts'

/** A request of 2026-07-28 as it stands on the wire, for what the client library has no call for. */
export async function askModern(
  home: TestHome,
  method: string,
  params: Readonly<Record<string, unknown>>,
  capabilities: object = {},
): Promise<{ readonly result?: Record<string, unknown>; readonly error?: { code: number; message: string } }> {
  const { port, token } = readDaemonRecord(home.config.home) ?? { port: 0, token: '' }
  const name = params['name'] ?? params['taskId']
  const response = await fetch(`http://127.0.0.1:${port}/mcp`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': VERSION,
      'mcp-method': method,
      ...(typeof name === 'string' && { 'mcp-name': name }),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: envelope(capabilities) } }),
  })
  const text = await response.text()
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream')
  const lines = text.split('\n').filter((line) => line.startsWith('data: {'))
  return JSON.parse(isStream ? (lines.at(-1)?.slice('data: '.length) ?? '{}') : text) as object
}

const VERSION = '2026-07-28'

const envelope = (capabilities: object) => ({
  'io.modelcontextprotocol/protocolVersion': VERSION,
  'io.modelcontextprotocol/clientCapabilities': capabilities,
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1.0.0' },
})
