import { expect, it } from 'vitest'
import { serveBridge } from '../../src/cli/serve-bridge.ts'
import { LIMITS } from '../bridge/fixtures/bridge-endpoint.ts'
import { runConformanceSuite } from './run-suite.ts'

const PROGRAM = new URL('./foreign-server.ts', import.meta.url).pathname

it.each([
  ['2025-11-25', 30],
  ['2026-07-28', 37],
] as const)(
  'a stdio server of another making passes every scenario that %s requires',
  async (revision, count) => {
    const served = await serveBridge({
      command: [process.execPath, PROGRAM],
      environment: {},
      host: '127.0.0.1',
      port: 0,
      token: undefined,
      allowedHosts: [],
      isShared: false,
      memoryMiB: 512,
      limits: LIMITS,
      onLog: () => {},
    })
    try {
      const endpoint = { url: `http://127.0.0.1:${served.port}/mcp`, token: 'none' }
      const { passed, failed } = await runConformanceSuite(endpoint, { requirements: revision })
      expect(failed).toEqual([])
      expect(passed).toHaveLength(count)
    } finally {
      await served.close()
    }
  },
  120_000,
)
