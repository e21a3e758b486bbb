import type { MetaPrompt } from './meta-prompt.ts'

export const importApiGuided: MetaPrompt = {
  name: 'import_api_guided',
  title: 'Import an API, step by step',
  description: 'Finds the description of an API, chooses with the person what is needed of it, and imports that.',
  arguments: [
    { name: 'api', description: 'A name ("stripe"), an address, or what it is called in the house.', required: true },
    { name: 'server', description: 'The server that gets its tools; a new one by default.' },
  ],
  write: ({
    api,
    server,
  }) => `Import the API "${api}" into ${server ? `the server "${server}"` : 'a new server (init_server)'} with mcpwright.

1. Find its description: import_openapi with api: "${api}" if it is a well-known name, with url if it is an address (documentation pages are searched), or file. Preview first.
2. Show the person the groups of operations with their numbers, the hosts they reach, the credentials they need, and what they cost in tokens. Ask which tasks they want to do, not which operations.
3. Import what those tasks need with select (tags, operations, methods) and preview: false. Leave deletes out unless they were asked for. More than 40 operations: expose "search".
4. Tell what was skipped and why.
5. request_secrets, test_tool on one operation that reads, check_server, deploy.`,
}
