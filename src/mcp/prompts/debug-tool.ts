import type { MetaPrompt } from './meta-prompt.ts'

export const debugTool: MetaPrompt = {
  name: 'debug_tool',
  title: 'Debug a tool',
  description: 'Finds out why a tool fails, and mends it.',
  arguments: [
    { name: 'server', description: 'The name of the server.', required: true },
    { name: 'tool', description: 'The tool that fails.', required: true },
    { name: 'problem', description: 'What was seen: an error, a wrong answer.' },
  ],
  showsServer: true,
  write: ({
    server,
    tool,
    problem,
  }) => `The tool "${tool}" of the MCP server "${server}" does not do what it should${problem ? `: ${problem}` : '.'} What the server is now is attached.

1. get_logs for "${server}" with the tool's name as query, and get_server with include: ["tools"], format: "detailed".
2. Run it with test_tool: first with the input that failed and mocks or live: false, so that nothing is changed, then live if it only reads. The report shows each request, its status, logs and times.
3. Say what is wrong, with the line or request that shows it: the input, the request that was made, the answer, the code, a missing secret (request_secrets), or a blocked host (the fix names who opens it).
4. Mend it with add_tool and replace: true (edits change a few lines), and run test_tool again until it works. Save that run with save_as, so that it stays so.
5. deploy, and call it once with read_tool or call_tool.`,
}
