/** `bridge-main.ts <port>`: the echo server behind our bridge, as the daemon puts its own servers behind it. */
import { createServer } from 'node:http'
import { createServerBridge } from '../../bridge/serve/create-server-bridge.ts'
import { defaults } from '../../src/config/defaults.ts'
import { startEcho } from './start-child.ts'

const bridge = createServerBridge({ name: 'echo', limits: defaults.bridge, startChild: startEcho, onLog: () => {} })

createServer((request, response) => void bridge.handle(request, response)).listen(Number(process.argv[2]), '127.0.0.1')
process.on('SIGTERM', () => void bridge.close().then(() => process.exit(0)))
