/**
 * A code tool of this name does what is due when it is called without arguments, and a call too many does nothing. Where
 * a server has it, whoever runs the server calls it at times, and no such call is ever too late.
 */
export const TICK_TOOL = 'run_due_schedules'
