import type { JsonSchema } from '../../../src/model/tool-definition.ts'
import { codeTools, sharedCode } from '../code-tools.ts'
import { hostsOf } from '../read-addresses.ts'
import { savedTest } from '../saved-tests.ts'
import { flag, given, integer, list, object, text } from '../schemas.ts'
import type { Template } from '../template.ts'

const EXAMPLE = 'https://api.example.com'
const item = text('A text.', 20_000)
const limits = {
  concurrency: integer(1, 16, 'How many are worked on at once; 8 for texts and 4 for requests unless told.'),
  stop_on_failure: flag('After the first failure nothing new is begun.'),
}
const measured = {
  words: given.integer,
  sentences: given.integer,
  frequent: given.list(given.text),
  digest: given.text,
}

function outcomes(value: JsonSchema): JsonSchema {
  const outcome = object({ index: given.integer, ok: given.flag, value, error: given.text, skipped: given.flag }, [
    'value',
    'error',
    'skipped',
  ])
  return object({
    succeeded: given.integer,
    failed: given.integer,
    skipped: given.integer,
    results: given.list(outcome),
  })
}

export const parallelisation: Template = {
  name: 'parallelisation',
  summary: 'Many inputs through one tool, some at once: order kept, failures told one by one, progress shown.',
  build(asked) {
    const base = asked.addresses[0] ?? EXAMPLE
    const shared = sharedCode(asked)
    return {
      tools: codeTools(asked, [
        {
          name: 'measure_text',
          title: 'Measure one text',
          description: 'Measures one text. Returns its words, sentences, frequent words and digest.',
          effect: 'read',
          input: object({ text: item }),
          output: object(measured),
        },
        {
          name: 'measure_many_texts',
          title: 'Measure many texts',
          description:
            'Measures many texts, several at once. Returns what became of each in the order given, and how many succeeded and failed; a failure does not end the rest.',
          effect: 'read',
          input: object({ texts: list(item, 'Texts to measure.', 500), ...limits }, Object.keys(limits)),
          output: outcomes(object(measured)),
        },
        {
          name: 'fetch_paths',
          title: 'Fetch many paths',
          description: `Reads many paths of ${base}, several at once. Returns the status and body of each in the order given; what failed says why and does not end the rest.`,
          effect: 'read',
          input: object(
            {
              paths: list(text('A path with its query: "/books/7?full=1".', 500), 'Paths to read.', 90),
              ...limits,
            },
            Object.keys(limits),
          ),
          output: outcomes(object({ status: given.integer, body: given.anything })),
          hosts: hostsOf([base]),
        },
      ]),
      resources: [],
      prompts: [],
      credentials: [],
      shared: { ...shared, 'api.ts': (shared['api.ts'] ?? '').replace(`'${EXAMPLE}'`, () => JSON.stringify(base)) },
      tests: [
        savedTest({
          name: 'order_is_kept_and_a_failure_told',
          tool: 'measure_many_texts',
          input: { texts: ['One lamp. Two lamps!', '...', 'lamp'], concurrency: 2 },
          returns: {
            succeeded: 2,
            failed: 1,
            skipped: 0,
            results: [
              {
                index: 0,
                ok: true,
                value: {
                  words: 4,
                  sentences: 2,
                  frequent: ['lamp', 'lamps'],
                  digest: '58d9ce0ce5ed8b501cb5742fec48e3b6f6b7aa2ecf33a7812132bd7f7a37c266',
                },
              },
              { index: 1, ok: false, error: 'The text has no words.' },
              {
                index: 2,
                ok: true,
                value: {
                  words: 1,
                  sentences: 1,
                  frequent: ['lamp'],
                  digest: 'c98e85f249002f03068e2a61e1a1df5c0db035d6cdf41d00ff6056ed63060947',
                },
              },
            ],
          },
        }),
        savedTest({
          name: 'what_fails_is_told_beside_the_rest',
          tool: 'fetch_paths',
          input: { paths: ['/a', '/b'], concurrency: 1 },
          mocks: [
            { request: { url: `${base}/a` }, response: { status: 404, body: 'no such thing' } },
            { request: { url: `${base}/b` }, response: { body: { n: 1 } } },
          ],
          returns: {
            succeeded: 1,
            failed: 1,
            skipped: 0,
            results: [
              { index: 0, ok: false, error: 'It answered 404: no such thing' },
              { index: 1, ok: true, value: { status: 200, body: { n: 1 } } },
            ],
          },
          requests: [`GET ${base}/a`, `GET ${base}/b`],
        }),
      ],
      first: `measure_many_texts works as it is: put your own work into shared/measure-text.ts. ${
        asked.addresses.length > 0
          ? `fetch_paths reads ${base}.`
          : 'fetch_paths reads an example: name your address in the description when you start a server, or put it into shared/api.ts and the hosts of the tool.'
      }`,
      next: [
        { tool: 'deploy', arguments: { server: asked.name } },
        {
          tool: 'test_tool',
          arguments: {
            server: asked.name,
            tool: 'measure_many_texts',
            input: { texts: ['One text.', 'Another text.'] },
          },
        },
      ],
    }
  },
}
