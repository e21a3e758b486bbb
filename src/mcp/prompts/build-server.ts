import type { MetaPrompt } from './meta-prompt.ts'

export const buildServer: MetaPrompt = {
  name: 'build_server',
  title: 'Build a server',
  description: 'From a goal in words to a deployed, graded server.',
  arguments: [
    { name: 'goal', description: 'What the server is to do, and for whom.', required: true },
    { name: 'name', description: 'Its name, such as "github-issues".' },
  ],
  write: ({ goal, name }) => `Build an MCP server with mcpwright. Its goal: ${goal}

Work in this order, and follow "next" and "fix" of every answer:
1. ${name ? `init_server with the name "${name}"` : 'Choose a short name and call init_server'}; describe what it is for in one sentence.
2. Is there an API with a description? Then import_openapi (or its name as "api"), first with the preview; choose only the operations that serve the goal. Otherwise add_tool, with "http" for a plain request and "code" for anything more.
3. Name each tool by a verb and a thing (list_orders), say what it returns, describe every argument.
4. request_secrets for what it needs; give the person the link, and go on meanwhile.
5. test_tool for each tool once; save_as keeps the good runs as tests.
6. check_server, mend what it finds, until the grade is A.
7. deploy, then call one of its tools with read_tool to see it work.
Ask the person only what cannot be found out. Never ask for a secret in the chat. Finish by telling what runs, where, and what waits for a person.`,
}
