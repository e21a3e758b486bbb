import type { Server, ServerContext } from '@modelcontextprotocol/server'
import { describe, expect, it } from 'vitest'
import { clientRoots } from '../../src/mcp/client-roots.ts'

/** A call that came back with what the client said. */
const rootsOf = (...uris: readonly unknown[]) => {
  const inputResponses = { roots: { roots: uris.map((uri) => ({ uri })) } }
  return clientRoots({} as Server, { mcpReq: { inputResponses } } as unknown as ServerContext)
}

describe('the folders that a client has opened', () => {
  it('are those of this machine', () => {
    expect(rootsOf('file:///home/ada/apis', 'file://localhost/srv')).toEqual(['/home/ada/apis', '/srv'])
  })

  it.each(['https://api.example/', 'file://elsewhere/srv', 'file:///srv%2Fapis', 'no address', 7, undefined])(
    'are nothing where the client says %s',
    (uri) => {
      expect(rootsOf(uri, 'file:///srv')).toEqual(['/srv'])
    },
  )
})
