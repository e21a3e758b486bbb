/** Under this path the Worker asks an object as a task; clients do not reach objects. */
export const TASK_PATH = '/task'

/** Of an answer: the object is no task of this caller. */
export const NO_TASK_HEADER = 'mcp-no-task'
