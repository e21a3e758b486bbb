import { describe, expect, it } from 'vitest'
import { readCloudflare } from '../../src/config/cloudflare-config.ts'

describe('where new servers go at Cloudflare', () => {
  it('is a Worker of their own, without limits, unless a namespace is named', () => {
    expect(readCloudflare({})).toMatchObject({ namespace: undefined, limits: {} })
    const env = {
      MCPWRIGHT_CLOUDFLARE_NAMESPACE: 'mcp-servers',
      MCPWRIGHT_CLOUDFLARE_LIMITS: 'cpu_ms=50, subrequests=20',
    }
    expect(readCloudflare(env)).toMatchObject({ namespace: 'mcp-servers', limits: { cpuMs: 50, subRequests: 20 } })
  })

  it.each(['MCP', '-servers', 'servers-', 'a'.repeat(53), 'a/b'])('takes no namespace "%s"', (name) => {
    expect(() => readCloudflare({ MCPWRIGHT_CLOUDFLARE_NAMESPACE: name })).toThrow(/MCPWRIGHT_CLOUDFLARE_NAMESPACE is/)
  })

  it.each([
    'cpu_ms',
    'cpu_ms=0',
    'cpu_ms=1e3',
    'cpu_ms=300001',
    'subrequests=10001',
    'memory=5',
    'cpu_ms=5;subrequests=5',
  ])('takes no limits "%s"', (limits) => {
    expect(() => readCloudflare({ MCPWRIGHT_CLOUDFLARE_LIMITS: limits })).toThrow(/MCPWRIGHT_CLOUDFLARE_LIMITS has/)
  })
})
