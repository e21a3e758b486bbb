import { errorResult } from '../../../runtime/library/tool-result.ts'
import { MetaError } from '../../errors/meta-error.ts'
import type { DeploymentRequest, LogLine } from '../../model/deployment-target.ts'
import type { CallConnected } from '../create-broker.ts'
import type { Services } from '../services.ts'
import { callExternal } from './call-external.ts'

/**
 * Calls the connected tools of one deployed version: which they are, and as what they were allowed, comes from the
 * registry and not from the child that asks. Failures are results with their code, which models read.
 */
export function connectedCaller(
  { server, connected }: Pick<DeploymentRequest, 'server' | 'connected'>,
  log: (level: LogLine['level'], message: string) => void,
  services: Pick<Services, 'connections' | 'db' | 'secrets'>,
): CallConnected {
  return async ({ tool, input, client }, { signal, onNotice }) => {
    const handler = Object.hasOwn(connected.tools, tool) ? connected.tools[tool] : undefined
    const connection = connected.connections.find(({ name }) => name === handler?.connection)
    if (!handler || !connection) {
      throw new MetaError('TOOL_UNKNOWN', `"${tool}" is no connected tool of this version.`, 'Deploy the server again.')
    }
    const target = { tenantId: server.tenantId, serverId: server.id, connection }
    try {
      return await callExternal({ target, handler, input, client }, services, signal, (done, total, message) =>
        onNotice({
          kind: 'progress',
          done,
          ...(total !== undefined && { total }),
          ...(message !== undefined && { message }),
        }),
      )
    } catch (error) {
      if (!(error instanceof MetaError)) throw error
      log('warning', `${tool}: ${error.code}: ${error.message}`)
      return errorResult(`${error.code}: ${error.message} ${error.fix}`)
    }
  }
}
