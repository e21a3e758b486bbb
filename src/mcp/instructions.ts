/** What every client's model reads first. */
export const instructions = `mcpwright builds MCP servers. A server starts with init_server, gets its tools from import_openapi (an API description) or add_tool, and goes up with deploy.
Every answer names what to do next in "next"; errors carry "fix", and often the very call that mends them.
import_openapi first previews; call it again with select and preview: false to add what was chosen.
Use a deployed server at once: search_tools finds its tools, read_tool and call_tool call them.
Try a tool with test_tool before deploying; get_server shows what a server has, get_logs what it did.
Never ask for secrets in the chat: request_secrets gives the person a page to enter them on.`
