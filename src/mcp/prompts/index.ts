import { buildServer } from './build-server.ts'
import { debugTool } from './debug-tool.ts'
import { evaluateServer } from './evaluate-server.ts'
import { importApiGuided } from './import-api-guided.ts'
import { improveServer } from './improve-server.ts'
import type { MetaPrompt } from './meta-prompt.ts'

export const metaPrompts: readonly MetaPrompt[] = [
  buildServer,
  importApiGuided,
  improveServer,
  evaluateServer,
  debugTool,
]
