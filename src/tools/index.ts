import { addPrompt } from './add-prompt.ts'
import { addResource } from './add-resource.ts'
import { addTool } from './add-tool.ts'
import { callTool } from './call-tool.ts'
import { checkServer } from './check-server.ts'
import { cleanupServers } from './cleanup-servers.ts'
import { connectExternal } from './connect-external.ts'
import { deleteServer } from './delete-server.ts'
import { deploy } from './deploy.ts'
import { getInstall } from './get-install.ts'
import { getLogs } from './get-logs.ts'
import { getServer } from './get-server.ts'
import { importApi } from './import-api.ts'
import { importOpenapi } from './import-openapi.ts'
import { initServer } from './init-server.ts'
import { listServers } from './list-servers.ts'
import type { MetaTool } from './meta-tool.ts'
import { readTool } from './read-tool.ts'
import { removeItem } from './remove-item.ts'
import { requestSecrets } from './request-secrets.ts'
import { rollback } from './rollback.ts'
import { searchTools } from './search-tools.ts'
import { startServer } from './start-server.ts'
import { stopServer } from './stop-server.ts'
import { testTool } from './test-tool.ts'

/** Every meta tool, in the order a person meets them. */
export const metaTools: readonly MetaTool[] = [
  initServer,
  listServers,
  getServer,
  importOpenapi,
  importApi,
  connectExternal,
  addTool,
  addResource,
  addPrompt,
  removeItem,
  requestSecrets,
  testTool,
  checkServer,
  deploy,
  rollback,
  stopServer,
  startServer,
  getLogs,
  getInstall,
  searchTools,
  readTool,
  callTool,
  deleteServer,
  cleanupServers,
]
