import { codeTools, sharedCode } from '../code-tools.ts'
import { savedTest } from '../saved-tests.ts'
import { choice, given, integer, list, object, options, text } from '../schemas.ts'
import type { Template } from '../template.ts'

const STATUSES = ['todo', 'in_progress', 'blocked', 'done', 'cancelled']

const id = text('The id of a task, as list_tasks gives it.', 40)
const title = text('What is to be done, in a few words.', 200)
const details = text('All that one must know to do it.', 5_000)
const day = text('The day it must be done by: "2026-03-31".', 10)
const tags = list(text('A tag.', 50), 'Words to find it by; each once.', 20)
const status = choice(STATUSES, 'The new status.')

const task = object(
  {
    id: given.text,
    title: given.text,
    status: given.text,
    owner: given.text,
    details: given.text,
    due_on: given.text,
    tags: given.list(given.text),
    notes: given.list(object({ at: given.text, text: given.text })),
    created_at: given.text,
    updated_at: given.text,
  },
  ['owner', 'details', 'due_on'],
)
const listedTask = object(
  {
    id: given.text,
    title: given.text,
    status: given.text,
    owner: given.text,
    due_on: given.text,
    tags: given.list(given.text),
    notes: given.integer,
  },
  ['owner', 'due_on'],
)
const oneTask = object({ task })
const taskAndNext = object({ task, next_status: given.list(given.text) })

export const agentTaskManager: Template = {
  name: 'agent-task-manager',
  summary: 'A lasting list of tasks with status, due days, tags and notes, safe for several agents at once.',
  build: (asked) => ({
    tools: codeTools(asked, [
      {
        name: 'create_task',
        title: 'Create a task',
        description: 'Keeps a new task with the status "todo". Returns the task with its id.',
        effect: 'write',
        input: object({ title, details, due_on: day, tags }, ['details', 'due_on', 'tags']),
        output: oneTask,
      },
      {
        name: 'list_tasks',
        title: 'List tasks',
        description:
          'Finds tasks that fit every filter given, oldest first. Returns their ids, titles, status, due days and tags, and next_cursor when there are more.',
        effect: 'read',
        input: options({
          status: list(choice(STATUSES, 'A status.'), 'Tasks with one of these.', 5),
          tag: text('Tasks with this tag.', 50),
          due_before: text('Tasks due before this day: "2026-03-31".', 10),
          text: text('Tasks with these letters in title or details.', 200),
          limit: integer(1, 100, 'How many at most; 20 unless told.'),
          cursor: text('next_cursor of the page before.', 40),
        }),
        output: object({ tasks: given.list(listedTask), next_cursor: given.text }, ['next_cursor']),
      },
      {
        name: 'get_task',
        title: 'Get a task',
        description: 'Returns one task with its details and notes, and which status it may get next.',
        effect: 'read',
        input: object({ id }),
        output: taskAndNext,
      },
      {
        name: 'update_task',
        title: 'Update a task',
        description: 'Changes title, details, due day or tags of a task; what is not given stays. Returns the task.',
        effect: 'write',
        input: object(
          {
            id,
            title,
            details,
            due_on: { type: 'string', maxLength: 10, description: 'The day it must be done by; "" for none.' },
            tags,
          },
          ['title', 'details', 'due_on', 'tags'],
        ),
        output: oneTask,
      },
      {
        name: 'claim_task',
        title: 'Claim a task',
        description:
          'Gives a task to one agent alone and sets it to "in_progress"; fails when another has it. Returns the task, and which status it may get next.',
        effect: 'write',
        input: object({ id, owner: text('Who claims it, by a name of its own.', 100) }),
        output: taskAndNext,
      },
      {
        name: 'set_task_status',
        title: 'Set the status of a task',
        description:
          'Moves a task on, where its status allows that, with a note if given. Returns the task, and which status it may get next.',
        effect: 'write',
        input: object({ id, status, note: text('Why.', 1_000) }, ['note']),
        output: taskAndNext,
      },
      {
        name: 'add_note',
        title: 'Add a note',
        description: 'Adds a note with the time to a task, such as what was found or tried. Returns the task.',
        effect: 'write',
        input: object({ id, text: text('The note.', 1_000) }),
        output: oneTask,
      },
      {
        name: 'remove_task',
        title: 'Remove a task',
        description: 'Deletes a task with all its notes, for good. Returns the id and title of what was removed.',
        effect: 'delete',
        input: object({ id }),
        output: object({ removed: given.text, title: given.text }),
      },
    ]),
    resources: [],
    prompts: [
      {
        name: 'plan_work',
        description: 'Has a goal broken down into tasks, which are kept.',
        arguments: [{ name: 'goal', description: 'What is to be reached.', required: true }],
        messages: [
          {
            role: 'user',
            text: 'Break this goal down into tasks that can each be done in a sitting: {{goal}}\nLook at list_tasks first, so that none comes twice; then keep each with create_task. Show me the list at the end.',
          },
        ],
      },
    ],
    credentials: [],
    shared: sharedCode(asked),
    tests: [
      savedTest({
        name: 'an_empty_list',
        tool: 'list_tasks',
        input: { status: ['todo'], due_before: '2026-03-31' },
        returns: { tasks: [] },
      }),
      savedTest({
        name: 'a_task_is_kept',
        tool: 'create_task',
        input: { title: 'Water the plants', due_on: '2026-03-31', tags: ['home'] },
      }),
    ],
    first: 'It works as it is: deploy it and create a task. Which status may follow which is said in shared/task.ts.',
    next: [
      { tool: 'deploy', arguments: { server: asked.name } },
      {
        tool: 'test_tool',
        arguments: { server: asked.name, tool: 'create_task', input: { title: 'Water the plants' } },
      },
    ],
  }),
}
