/** The bridge alone, for container images: bundled into one file by scripts/bundle-bridge.ts. */
import { bridge, BRIDGE_USAGE, BridgeUsageError } from './bridge.ts'

try {
  await bridge(process.argv.slice(2), process.env)
} catch (error) {
  if (!(error instanceof BridgeUsageError)) throw error
  console.error(`${error.message}\n\n${BRIDGE_USAGE.replaceAll('mcpwright bridge', 'node bridge.mjs')}`)
  process.exitCode = 2
}
