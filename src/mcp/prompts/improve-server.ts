import type { MetaPrompt } from './meta-prompt.ts'

export const improveServer: MetaPrompt = {
  name: 'improve_server',
  title: 'Improve a server',
  description: 'Raises the grade of a server, finding by finding.',
  arguments: [{ name: 'server', description: 'Its name.', required: true }],
  showsServer: true,
  write: ({ server }) => `Improve the MCP server "${server}" with mcpwright. What it is now is attached.

1. check_server. Take the findings in their order: gates first, then the cheapest.
2. Mend each with the call that its fix names: mostly add_tool with replace: true and a better description, schema or effect. Change words, not behaviour, unless a finding is about behaviour.
3. Where two tools are hard to tell apart, say in each when to use the other. Remove what nobody needs (remove_item), after asking.
4. Save a run of each important tool as a test: test_tool with save_as.
5. check_server again; go on until the grade is A or only findings are left that the person wants to keep.
6. deploy, and tell what changed: get_server with include: ["versions"] says it in words.`,
}
