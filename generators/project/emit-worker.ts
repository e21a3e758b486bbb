import type { ServerDefinition } from '../../src/model/server-definition.ts'
import { TICK_TOOL } from '../../src/model/tick-tool.ts'
import { recurs } from './emit-cron.ts'
import { isConnected } from './emit-external.ts'
import { speaksGrpc } from './emit-grpc-fetch.ts'

/** Writes the entry that puts the server on Cloudflare Workers: the library does the work, this names its parts. */
export function emitWorker(definition: Pick<ServerDefinition, 'tools'>): string {
  const isGrpc = speaksGrpc(definition)
  const callsOthers = isConnected(definition)
  const imports = [
    "import { code } from '../code.ts'",
    ...(callsOthers
      ? [
          "import { external } from '../external.ts'",
          "import { externalCaller } from '../lib/external/external-caller.ts'",
        ]
      : []),
    "import { createWorker } from '../lib/worker/create-worker.ts'",
    "import { parts } from '../server.ts'",
    ...(isGrpc ? ["import { withoutGrpc } from './without-grpc.ts'"] : []),
  ]
  const members = [
    'parts',
    'code',
    ...(isGrpc ? ['fetch: withoutGrpc'] : []),
    ...(callsOthers ? ['external: (host) => externalCaller(external, { ...host, perCall: true })'] : []),
    ...(recurs(definition) ? [`tick: '${TICK_TOOL}'`] : []),
  ]
  return `${imports.join('\n')}

const served = createWorker({ ${members.join(', ')} })

export default served.worker
/** Keeps sessions and tasks, where wrangler.jsonc binds MCP_SESSIONS or MCP_TASKS to it. */
export const { McpObject } = served
`
}
