import { TASKS_EXTENSION } from '../../runtime/library/server/tasks-extension.ts'
import { ownVersion } from '../daemon/version.ts'
import { offeredTools } from '../tools/offered-tools.ts'
import icons from './icons.json' with { type: 'json' }
import { instructions } from './instructions.ts'
import { listedTool } from './listed-tool.ts'
import { metaPrompts } from './prompts/index.ts'
import { listedPrompt } from './prompts/meta-prompt.ts'
import { RESOURCE_TEMPLATES } from './resources/resource-uris.ts'

const descriptions = new Map<boolean, ReturnType<typeof describe>>()

/**
 * What the meta server says of itself: the same for everyone, so it is put together once, not for each request of a
 * client without sessions. The stdio door says it before the daemon is up, so nothing heavy is imported.
 */
export function describeMetaServer({ fileTools }: { readonly fileTools: boolean }) {
  const known = descriptions.get(fileTools) ?? describe(fileTools)
  descriptions.set(fileTools, known)
  return known
}

function describe(fileTools: boolean) {
  return {
    serverInfo: { name: 'mcpwright', title: 'mcpwright', version: ownVersion(), icons },
    capabilities: {
      tools: {},
      resources: { listChanged: true },
      prompts: {},
      completions: {},
      extensions: { [TASKS_EXTENSION]: {} },
    },
    instructions,
    tools: offeredTools({ fileTools }).map(listedTool),
    prompts: metaPrompts.map(listedPrompt),
    resourceTemplates: RESOURCE_TEMPLATES.map((template) => ({ ...template })),
  }
}
