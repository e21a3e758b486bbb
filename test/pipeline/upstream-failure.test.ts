import { describe, expect, it } from 'vitest'
import { RpcError } from '../../bridge/protocol/json-rpc.ts'
import { upstreamFailure } from '../../src/pipeline/connections/upstream-failure.ts'

const CONNECTION = { name: 'notes', url: 'https://notes.example/docs', transport: 'auto' } as const

describe('what went wrong on the way to a connected server', () => {
  it.each([
    'The endpoint answered HTTP 404 without a JSON-RPC message.',
    'The endpoint answered HTTP 404 to a request for an event stream.',
  ])('is the address, where no MCP is spoken: %s', (message) => {
    expect(upstreamFailure(new RpcError(-32603, message), CONNECTION, 'tools/list')).toMatchObject({
      code: 'UPSTREAM_UNREACHABLE',
      message: '"notes.example" does not speak MCP at this address: it answered HTTP 404 without an MCP message.',
      fix: expect.stringContaining('/mcp'),
    })
  })

  it('is what the server says, where it says something', () => {
    expect(upstreamFailure(new RpcError(-32602, 'No such note'), CONNECTION, 'tools/call')).toMatchObject({
      code: 'TOOL_FAILED',
      message: '"notes.example" answered "tools/call" with error -32602: No such note.',
      fix: expect.stringContaining('correct the arguments'),
    })
  })

  it('is the client, where that can not be asked', () => {
    const refused = new RpcError(-32021, 'Cannot request input: no elicitation')
    expect(upstreamFailure(refused, CONNECTION, 'tools/call')).toMatchObject({
      code: 'TOOL_FAILED',
      fix: expect.stringContaining('call it from one that does'),
    })
  })
})
