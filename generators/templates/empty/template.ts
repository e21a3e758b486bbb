import type { Template } from '../template.ts'

export const empty: Template = {
  name: 'empty',
  summary: 'Nothing yet: tools come from an API description, a request or code.',
  build: ({ name }) => ({
    tools: [],
    resources: [],
    prompts: [],
    credentials: [],
    shared: {},
    tests: [],
    first: 'Give it tools: import_openapi for a whole API, add_tool for one.',
    next: [
      { tool: 'import_openapi', arguments: { server: name, url: 'https://…' } },
      { tool: 'add_tool', arguments: { server: name } },
    ],
  }),
}
