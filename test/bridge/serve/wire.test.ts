import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LIMITS, startBridge, type BridgeEndpoint } from '../fixtures/bridge-endpoint.ts'
import { initialize, modernRequest, post } from '../fixtures/raw-http.ts'

let endpoint: BridgeEndpoint
let url: string

beforeAll(async () => {
  endpoint = await startBridge()
  url = endpoint.url
})
afterAll(async () => {
  await endpoint[Symbol.asyncDispose]()
})

/** HTTP status and JSON-RPC code of a refusal; whoever refuses in another form fails here. */
async function refusalOf(response: Response): Promise<{ status: number; code: number }> {
  expect(response.headers.get('content-type')).toBe('application/json')
  // The test that asked for it compares it.
  const { error } = (await response.json()) as { error: { code: number } }
  return { status: response.status, code: error.code }
}

describe('a bridge asked in the form of 2026-07-28', () => {
  it('answers a call with one JSON object', async () => {
    const { body, headers } = modernRequest('tools/call', { name: 'echo', arguments: { text: 'hi' } })
    const response = await post(url, body, headers)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(await response.json()).toMatchObject({
      id: 1,
      result: { resultType: 'complete', content: [{ text: 'hi' }] },
    })
  })

  it('names the versions of all eras in server/discover', async () => {
    const { body, headers } = modernRequest('server/discover')
    const { result } = (await (await post(url, body, headers)).json()) as { result: { supportedVersions: string[] } }
    expect(result.supportedVersions).toEqual(['2026-07-28', '2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'])
  })

  it.each([
    ['Mcp-Method differs', { 'mcp-method': 'tools/list' }],
    ['Mcp-Name differs', { 'mcp-name': 'other' }],
    ['MCP-Protocol-Version differs', { 'mcp-protocol-version': '2025-06-18' }],
  ])('refuses with -32020 when %s', async (_, wrong) => {
    const { body, headers } = modernRequest('tools/call', { name: 'echo', arguments: { text: 'hi' } })
    expect(await refusalOf(await post(url, body, { ...headers, ...wrong }))).toEqual({ status: 400, code: -32020 })
  })

  it.each(['mcp-method', 'mcp-name', 'mcp-protocol-version'])(
    'refuses with -32020 without the header %s',
    async (missing) => {
      const { body, headers } = modernRequest('tools/call', { name: 'echo', arguments: { text: 'hi' } })
      const { [missing]: _, ...rest } = headers
      expect(await refusalOf(await post(url, body, rest))).toEqual({ status: 400, code: -32020 })
    },
  )

  it.each([
    ['both are there and right', { 'mcp-param-region': 'eu', 'mcp-param-pagesize': '7' }, 200],
    ['one comes in Base64', { 'mcp-param-region': '=?base64?ZXU=?=', 'mcp-param-pagesize': '7' }, 200],
    ['a number is written otherwise', { 'mcp-param-region': 'eu', 'mcp-param-pagesize': '7.0' }, 200],
    ['one is missing', { 'mcp-param-region': 'eu' }, 400],
    ['one differs', { 'mcp-param-region': 'us', 'mcp-param-pagesize': '7' }, 400],
    ['one is no Base64', { 'mcp-param-region': '=?base64?!?=', 'mcp-param-pagesize': '7' }, 400],
  ])('compares Mcp-Param-* with the arguments: %s', async (_, given, status) => {
    const asked = modernRequest('tools/call', { name: 'query', arguments: { region: 'eu', page: { size: 7 } } })
    const response = await post(url, asked.body, { ...asked.headers, ...given })
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject(status === 200 ? { result: {} } : { error: { code: -32020 } })
  })

  it('refuses Mcp-Param-* for an argument that is not there', async () => {
    const asked = modernRequest('tools/call', { name: 'query', arguments: {} })
    expect((await post(url, asked.body, asked.headers)).status).toBe(200)
    const refused = await post(url, asked.body, { ...asked.headers, 'mcp-param-region': 'eu' })
    expect(await refusalOf(refused)).toEqual({ status: 400, code: -32020 })
  })

  it('reads a Base64 header value', async () => {
    const { body, headers } = modernRequest('tools/call', { name: 'echo', arguments: { text: 'hi' } })
    const name = `=?base64?${Buffer.from('echo').toString('base64')}?=`
    expect((await post(url, body, { ...headers, 'mcp-name': name })).status).toBe(200)
  })

  it('refuses an unknown version with -32022 and the versions it knows', async () => {
    const { body, headers } = modernRequest('tools/list', {}, '1900-01-01')
    const response = await post(url, body, headers)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      id: 1,
      error: { code: -32022, data: { requested: '1900-01-01', supported: expect.arrayContaining(['2026-07-28']) } },
    })
  })

  it('refuses a request without its _meta with -32602', async () => {
    const { headers } = modernRequest('tools/list')
    expect(await refusalOf(await post(url, { jsonrpc: '2.0', id: 1, method: 'tools/list' }, headers))).toEqual({
      status: 400,
      code: -32602,
    })
  })

  it('answers an unknown method with 404 and -32601', async () => {
    const { body, headers } = modernRequest('tools/unknown')
    expect(await refusalOf(await post(url, body, headers))).toEqual({ status: 404, code: -32601 })
  })

  it.each(['GET', 'DELETE', 'PUT'])('refuses %s with 405', async (method) => {
    const response = await fetch(url, { method, headers: { 'mcp-protocol-version': '2026-07-28' } })
    expect(await refusalOf(response)).toEqual({ status: 405, code: -32600 })
  })

  it('acknowledges a subscription first, and ends it gracefully when it is closed', async () => {
    await using own = await startBridge()
    const { body, headers } = modernRequest('subscriptions/listen', { notifications: { toolsListChanged: true } })
    const response = await post(own.url, body, headers)
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
    const first = await reader.read()
    expect(first.value).toContain('notifications/subscriptions/acknowledged')
    const grow = modernRequest('tools/call', { name: 'grow', arguments: {} })
    await post(own.url, grow.body, grow.headers)
    expect((await reader.read()).value).toContain('notifications/tools/list_changed')
    const closing = own.bridge.close()
    expect((await reader.read()).value).toContain('"resultType":"complete"')
    expect((await reader.read()).done).toBe(true)
    await closing
  })
})

describe('a bridge asked in the form of 2025', () => {
  it.each(['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'])('speaks %s when asked for it', async (version) => {
    const { result } = await initialize(url, version)
    expect(result).toMatchObject({ protocolVersion: version, serverInfo: { name: 'echo' }, instructions: 'Echoes.' })
    expect(result).not.toHaveProperty('resultType')
  })

  it('offers its newest version when asked for one it does not know', async () => {
    expect((await initialize(url, '2099-01-01')).result).toMatchObject({ protocolVersion: '2025-11-25' })
  })

  it('leaves out of results what only newer clients know', async () => {
    const { sessionId } = await initialize(url)
    const response = await post(url, { jsonrpc: '2.0', id: 1, method: 'tools/list' }, { 'mcp-session-id': sessionId })
    const { result } = (await response.json()) as { result: object }
    expect(Object.keys(result)).toEqual(['tools'])
  })

  it('answers ping and logging/setLevel itself, and takes notifications with 202', async () => {
    const { sessionId } = await initialize(url)
    const headers = { 'mcp-session-id': sessionId }
    const ping = await post(url, { jsonrpc: '2.0', id: 'p', method: 'ping' }, headers)
    expect(await ping.json()).toEqual({ jsonrpc: '2.0', id: 'p', result: {} })
    const level = { jsonrpc: '2.0', id: 2, method: 'logging/setLevel', params: { level: 'info' } }
    expect(await (await post(url, level, headers)).json()).toMatchObject({ result: {} })
    expect((await post(url, { jsonrpc: '2.0', method: 'notifications/initialized' }, headers)).status).toBe(202)
  })

  it('gives log messages to the session that asked for them', async () => {
    const { sessionId } = await initialize(url)
    const headers = { 'mcp-session-id': sessionId }
    await post(url, { jsonrpc: '2.0', id: 1, method: 'logging/setLevel', params: { level: 'info' } }, headers)
    const say = { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'say', arguments: {} } }
    const text = await (await post(url, say, headers)).text()
    expect(text).toMatch(/notifications\/message.*said[\s\S]*"id":2/)
  })

  it('refuses a missing session with 400, an unknown or ended one with 404', async () => {
    const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' }
    expect(await refusalOf(await post(url, list))).toEqual({ status: 400, code: -32600 })
    expect(await refusalOf(await post(url, list, { 'mcp-session-id': 'nobody' }))).toEqual({
      status: 404,
      code: -32600,
    })
    const { sessionId } = await initialize(url)
    const ended = await fetch(url, { method: 'DELETE', headers: { 'mcp-session-id': sessionId } })
    expect(ended.status).toBe(204)
    expect(await refusalOf(await post(url, list, { 'mcp-session-id': sessionId }))).toEqual({
      status: 404,
      code: -32600,
    })
  })

  it('says which ability of the client is missing when a tool needs input', async () => {
    const { sessionId } = await initialize(url)
    const ask = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'ask', arguments: {} } }
    const answer = await (await post(url, ask, { 'mcp-session-id': sessionId })).json()
    expect(answer).toMatchObject({
      result: { isError: true, content: [{ text: expect.stringContaining('elicitation') }] },
    })
  })

  it('drops the session that was quiet longest when all are taken', async () => {
    await using own = await startBridge({ sessions: 2 })
    const first = await initialize(own.url)
    await initialize(own.url)
    await initialize(own.url)
    expect(own.bridge.health().sessions).toBe(2)
    const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' }
    expect(await refusalOf(await post(own.url, list, { 'mcp-session-id': first.sessionId }))).toEqual({
      status: 404,
      code: -32600,
    })
  })
})

describe('a bridge asked badly', () => {
  it('answers what is no JSON with 400 and -32700', async () => {
    expect(await refusalOf(await post(url, '{"jsonrpc'))).toEqual({ status: 400, code: -32700 })
  })

  it('answers what is no message with 400 and -32600', async () => {
    expect(await refusalOf(await post(url, [1, 2]))).toEqual({ status: 400, code: -32600 })
    expect(await refusalOf(await post(url, { jsonrpc: '1.0', id: 1, method: 'ping' }))).toEqual({
      status: 400,
      code: -32600,
    })
    expect(await refusalOf(await post(url, { jsonrpc: '2.0', id: null, method: 'ping' }))).toEqual({
      status: 400,
      code: -32600,
    })
  })

  it('refuses another content type with 415', async () => {
    expect(await refusalOf(await post(url, '{}', { 'content-type': 'text/plain' }))).toEqual({
      status: 415,
      code: -32600,
    })
  })

  it('refuses a body over the limit with 413', async () => {
    expect(await refusalOf(await post(url, JSON.stringify('x'.repeat(LIMITS.bodyBytes))))).toEqual({
      status: 413,
      code: -32600,
    })
  })
})
