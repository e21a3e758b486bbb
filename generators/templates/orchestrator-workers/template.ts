import { codeTools, sharedCode } from '../code-tools.ts'
import { savedTest } from '../saved-tests.ts'
import { choice, given, integer, list, object, options, text } from '../schemas.ts'
import type { Template } from '../template.ts'

const task = text('What is wanted of the document: "Summarise it and list all deadlines."', 1_000)
const document = text('The document: Markdown or plain text.', 200_000)
const planner = choice(
  ['client', 'rules'],
  'Who plans: the client’s model if it can be asked, else, or when told, the rules.',
)
const step = { worker: given.text, section: given.integer }
const DOCUMENT = '# Boats\nA boat needs water. Boats need 3 anchors each.\n# Trains\nWho drives the train?'

export const orchestratorWorkers: Template = {
  name: 'orchestrator-workers',
  summary: 'A task is planned, split among workers that go at once, and their results are joined into one report.',
  build: (asked) => ({
    tools: codeTools(asked, [
      {
        name: 'list_workers',
        title: 'List the workers',
        description: 'Lists the workers that a plan can use. Returns their names and what each of them gives.',
        effect: 'read',
        input: options({}),
        output: object({ workers: given.list(object({ name: given.text, description: given.text })) }),
      },
      {
        name: 'plan_analysis',
        title: 'Plan an analysis',
        description:
          'Plans which worker takes which section of a document, and does nothing of it yet. Returns the sections and the steps, which analyse_document takes.',
        effect: 'read',
        input: object({ task, document, planner }, ['planner']),
        output: object({
          planned_by: given.text,
          sections: given.list(object({ number: given.integer, heading: given.text })),
          steps: given.list(object(step)),
        }),
      },
      {
        name: 'analyse_document',
        title: 'Analyse a document',
        description:
          'Plans a task over a document and has workers do its steps at once. Returns a report in Markdown, and each step with what was found or why it failed.',
        effect: 'read',
        task: 'optional',
        input: object(
          {
            task,
            document,
            planner,
            steps: list(
              object({
                worker: text('A name of list_workers.', 60),
                section: integer(1, 40, 'Number of the section.'),
              }),
              'A plan of plan_analysis, changed or not.',
              120,
            ),
          },
          ['planner', 'steps'],
        ),
        output: object({
          planned_by: given.text,
          succeeded: given.integer,
          failed: given.integer,
          report: given.text,
          steps: given.list(
            object({ ...step, ok: given.flag, found: given.list(given.text), error: given.text }, ['found', 'error']),
          ),
        }),
      },
    ]),
    resources: [],
    prompts: [],
    credentials: [],
    shared: sharedCode(asked),
    tests: [
      savedTest({
        name: 'the_words_of_a_task_choose_the_workers',
        tool: 'plan_analysis',
        input: { task: 'List all figures and open questions.', document: DOCUMENT, planner: 'rules' },
        returns: {
          planned_by: 'rules',
          sections: [
            { number: 1, heading: 'Boats' },
            { number: 2, heading: 'Trains' },
          ],
          steps: [
            { worker: 'figures', section: 1 },
            { worker: 'open_questions', section: 1 },
            { worker: 'figures', section: 2 },
            { worker: 'open_questions', section: 2 },
          ],
        },
      }),
      savedTest({
        name: 'a_step_that_cannot_be_done_keeps_no_other',
        tool: 'analyse_document',
        input: {
          task: 'Check it.',
          document: DOCUMENT,
          steps: [
            { worker: 'figures', section: 1 },
            { worker: 'magician', section: 1 },
            { worker: 'open_questions', section: 2 },
          ],
        },
        returns: {
          planned_by: 'caller',
          succeeded: 2,
          failed: 1,
          report:
            '# Check it.\n## 1. Boats\n- figures:\n  - Boats need 3 anchors each.\n- magician failed: There is no such worker or section.\n## 2. Trains\n- open questions:\n  - Who drives the train?',
          steps: [
            { worker: 'figures', section: 1, ok: true, found: ['Boats need 3 anchors each.'] },
            { worker: 'magician', section: 1, ok: false, error: 'There is no such worker or section.' },
            { worker: 'open_questions', section: 2, ok: true, found: ['Who drives the train?'] },
          ],
        },
      }),
    ],
    first: 'It works as it is, on any text: put your own workers into shared/workers.ts.',
    next: [
      { tool: 'deploy', arguments: { server: asked.name } },
      {
        tool: 'test_tool',
        arguments: {
          server: asked.name,
          tool: 'analyse_document',
          input: { task: 'Summarise it.', document: DOCUMENT, planner: 'rules' },
        },
      },
    ],
  }),
}
