import { codeTools, sharedCode } from '../code-tools.ts'
import { hostsOf } from '../read-addresses.ts'
import { savedTest } from '../saved-tests.ts'
import { given, integer, object, options, text } from '../schemas.ts'
import type { Template } from '../template.ts'

const EXAMPLE = 'https://www.example.com'

const name = { type: 'string', pattern: '^[a-z][a-z0-9_-]{0,59}$', maxLength: 60, description: 'Name of the schedule.' }
const cron = text('Cron expression of five fields: "0 8 * * 1-5".', 100)
const timezone = text('Time zone it is read in: "Europe/Berlin"; UTC unless told.', 60)

const run = object(
  {
    due_at: given.text,
    started_at: given.text,
    ended_at: given.text,
    missed: given.integer,
    result: given.anything,
    error: given.text,
  },
  ['ended_at', 'result', 'error'],
)
const listed = {
  name: given.text,
  cron: given.text,
  timezone: given.text,
  job: given.text,
  is_paused: given.flag,
  next_run_at: given.text,
}
const oneSchedule = object({
  schedule: object({ ...listed, input: { type: 'object' }, runs: given.list(run) }, ['next_run_at']),
})

export const agentScheduler: Template = {
  name: 'agent-scheduler',
  summary: 'Jobs that recur by cron expressions in time zones: paused, resumed, removed, with their last results.',
  build(asked) {
    const base = asked.addresses[0] ?? EXAMPLE
    const shared = sharedCode(asked)
    const page = (shared['check-page.ts'] ?? '').replace(`'${EXAMPLE}'`, () => JSON.stringify(base))
    return {
      tools: codeTools(asked, [
        {
          name: 'create_schedule',
          title: 'Create a schedule',
          description: 'Has a job recur by a cron expression, from now on. Returns the schedule with its next time.',
          effect: 'write',
          input: object(
            {
              name,
              cron,
              timezone,
              job: text('A name of list_jobs.', 60),
              input: { type: 'object', description: 'What the job is given at each run.' },
            },
            ['timezone', 'input'],
          ),
          output: oneSchedule,
        },
        {
          name: 'list_schedules',
          title: 'List schedules',
          description:
            'Lists what recurs, by name. Returns each with its next time and its last run, how many times were missed before that, and next_cursor for more.',
          effect: 'read',
          input: options({
            limit: integer(1, 100, 'How many at most; 20 unless told.'),
            cursor: text('next_cursor of the page before.', 60),
          }),
          output: object(
            {
              schedules: given.list(object({ ...listed, last_run: run }, ['next_run_at', 'last_run'])),
              next_cursor: given.text,
            },
            ['next_cursor'],
          ),
        },
        {
          name: 'get_schedule',
          title: 'Get a schedule',
          description:
            'Returns one schedule with its last ten runs, newest first: when each was due, what it gave or why it failed. A run without an end goes on, or was cut off.',
          effect: 'read',
          input: object({ name }),
          output: oneSchedule,
        },
        {
          name: 'pause_schedule',
          title: 'Pause a schedule',
          description: 'Keeps a schedule from running until it is resumed. Returns the schedule.',
          effect: 'write',
          input: object({ name }),
          output: oneSchedule,
        },
        {
          name: 'resume_schedule',
          title: 'Resume a schedule',
          description: 'Lets a paused schedule run again from its next time on. Returns the schedule.',
          effect: 'write',
          input: object({ name }),
          output: oneSchedule,
        },
        {
          name: 'remove_schedule',
          title: 'Remove a schedule',
          description: 'Ends a schedule for good, with all that is known of its runs. Returns its name.',
          effect: 'delete',
          input: object({ name }),
          output: object({ removed: given.text }),
        },
        {
          name: 'preview_times',
          title: 'Preview times',
          description:
            'Shows when a cron expression would come in a time zone. Returns the times in UTC; nothing is kept.',
          effect: 'read',
          input: object(
            {
              cron,
              timezone,
              from: text('Time to count from: "2026-03-31T08:00:00Z"; now unless told.', 40),
              count: integer(1, 50, 'How many; 5 unless told.'),
            },
            ['timezone', 'from', 'count'],
          ),
          output: object({ times: given.list(given.text) }),
        },
        {
          name: 'list_jobs',
          title: 'List the jobs',
          description: 'Lists the jobs that can recur. Returns their names, what they do and the input they take.',
          effect: 'read',
          input: options({}),
          output: object({ jobs: given.list(object({ name: given.text, description: given.text })) }),
        },
        {
          name: 'run_due_schedules',
          title: 'Run what is due',
          description:
            'Runs every schedule that is due. The server calls it by itself at the right times, and a call too many changes nothing. Returns what ran.',
          effect: 'write',
          task: 'optional',
          input: options({}),
          output: object({ ran: given.list(object({ name: given.text, missed: given.integer, ok: given.flag })) }),
          hosts: hostsOf([base]),
        },
      ]),
      resources: [],
      prompts: [],
      credentials: [],
      shared: { ...shared, 'check-page.ts': page },
      tests: [
        savedTest({
          name: 'eight_in_berlin_stays_eight_when_clocks_change',
          tool: 'preview_times',
          input: { cron: '0 8 * * *', timezone: 'Europe/Berlin', from: '2026-03-28T00:00:00Z', count: 2 },
          returns: { times: ['2026-03-28T07:00:00.000Z', '2026-03-29T06:00:00.000Z'] },
        }),
        savedTest({
          name: 'a_schedule_is_kept',
          tool: 'create_schedule',
          input: { name: 'standup', cron: '0 8 * * 1-5', timezone: 'Asia/Tokyo', job: 'remind', input: { text: 'Go' } },
        }),
        savedTest({ name: 'nothing_is_due', tool: 'run_due_schedules', input: {}, returns: { ran: [] } }),
      ],
      first: `It works as it is: put your own jobs into shared/jobs.ts. ${
        asked.addresses.length > 0
          ? `The job check_page reads ${base}.`
          : 'The job check_page reads an example: name your address in the description when you start a server.'
      }`,
      next: [
        { tool: 'deploy', arguments: { server: asked.name } },
        {
          tool: 'call_tool',
          arguments: {
            server: asked.name,
            tool: 'create_schedule',
            arguments: { name: 'standup', cron: '0 8 * * 1-5', job: 'remind', input: { text: 'Stand up.' } },
          },
        },
      ],
    }
  },
}
