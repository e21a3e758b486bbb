/** A call that needs no build. */
export interface AnswerCall {
  readonly what: string
  readonly tool: string
  readonly arguments: Readonly<Record<string, unknown>>
}

/** Of a home with a small server, a huge one, and many drafts: the names are those of `fill-home.ts`. */
export const answerCalls: readonly AnswerCall[] = [
  { what: 'list_servers: 20 of 100', tool: 'list_servers', arguments: {} },
  { what: 'get_server: 19 tools', tool: 'get_server', arguments: { server: 'library' } },
  {
    what: 'get_server: versions, tests and files',
    tool: 'get_server',
    arguments: { server: 'library', include: ['versions', 'tests', 'code'] },
  },
  { what: 'get_server: 1,223 tools', tool: 'get_server', arguments: { server: 'github' } },
  { what: 'get_logs: 50 lines', tool: 'get_logs', arguments: { server: 'library' } },
  { what: 'search_tools: in 1,242 tools', tool: 'search_tools', arguments: { query: 'list open pull requests' } },
  {
    what: 'read_tool: a tool of code, called',
    tool: 'read_tool',
    arguments: { server: 'library', tool: 'add_numbers', arguments: { a: 1, b: 2 } },
  },
  { what: 'get_install', tool: 'get_install', arguments: { server: 'library', client: 'claude-desktop' } },
  { what: 'request_secrets: nothing missing', tool: 'request_secrets', arguments: { server: 'draft-1' } },
  {
    what: 'add_prompt: a prompt is written',
    tool: 'add_prompt',
    arguments: { server: 'draft-2', name: 'greet', description: 'Greets.', template: 'Greet {{name}}.', replace: true },
  },
  { what: 'an unknown server: an error', tool: 'get_server', arguments: { server: 'libary' } },
]
