/** The one Durable Object class of a generated server on Workers (runtime/library/worker/mcp-object.ts). */
export const OBJECT_CLASS = 'McpObject'

/** How it comes to be; one tag, so that sessions may come to a server with tasks, and tasks to one with sessions. */
export const OBJECT_MIGRATIONS = [{ tag: 'objects', new_sqlite_classes: [OBJECT_CLASS] }] as const
