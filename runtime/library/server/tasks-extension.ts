/** MCP extension io.modelcontextprotocol/tasks (SEP-2663): calls that go on after they were answered. */
export const TASKS_EXTENSION = 'io.modelcontextprotocol/tasks'
