import { codeTools, sharedCode } from '../code-tools.ts'
import { savedTest } from '../saved-tests.ts'
import { choice, given, object, options } from '../schemas.ts'
import type { Template } from '../template.ts'
import { upstreamsOf } from './upstreams-of.ts'

const path = {
  type: 'string',
  pattern: '^/[^?#]*$',
  maxLength: 1_000,
  description: 'Path below the upstream’s address: "/orders/7".',
}
const rule = choice(
  ['first_healthy', 'weighted'],
  'Which upstream is tried first: the first of the list (unless told), or one by chance as their weights say.',
)
const answer = object(
  {
    upstream: given.text,
    status: given.integer,
    body: given.anything,
    truncated: given.flag,
    failed: given.list(object({ upstream: given.text, problem: given.text })),
  },
  ['truncated'],
)
const health = {
  is_healthy: given.flag,
  checked_at: given.text,
  status: given.integer,
  problem: given.text,
}

export const routing: Template = {
  name: 'routing',
  summary: 'One set of tools before several upstreams: chosen by path, order or weight, with health and failover.',
  build(asked) {
    const { baseUrls, hosts, source } = upstreamsOf(asked)
    const [first = '', second = first] = baseUrls
    const isExample = asked.addresses.length === 0
    return {
      tools: codeTools(asked, [
        {
          name: 'read_path',
          title: 'Read a path',
          description:
            'Reads a path from an upstream, and from the next when that one does not answer. Returns the status and body, which upstream answered and which failed.',
          effect: 'read',
          input: object(
            {
              path,
              query: {
                type: 'object',
                additionalProperties: { type: 'string', maxLength: 500 },
                description: 'Query parameters.',
              },
              rule,
            },
            ['query', 'rule'],
          ),
          output: answer,
          hosts,
        },
        {
          name: 'send_change',
          title: 'Send a change',
          description:
            'Sends a change to one upstream that is well, and never twice. Returns the status and body, and which upstream answered.',
          effect: 'write',
          input: object(
            {
              method: choice(['POST', 'PUT', 'PATCH'], 'HTTP method.'),
              path,
              body: { description: 'JSON to send.' },
              rule,
            },
            ['body', 'rule'],
          ),
          output: answer,
          hosts,
        },
        {
          name: 'delete_path',
          title: 'Delete a path',
          description:
            'Has one upstream delete what is at a path, and never twice. Returns the status and body, and which upstream answered.',
          effect: 'delete',
          input: object({ path }),
          output: answer,
          hosts,
        },
        {
          name: 'list_upstreams',
          title: 'List the upstreams',
          description:
            'Lists the upstreams with their addresses, weights and paths. Returns them with how each was when it was last asked; it asks none.',
          effect: 'read',
          input: options({}),
          output: object({
            upstreams: given.list(
              object(
                {
                  name: given.text,
                  base_url: given.text,
                  weight: given.number,
                  paths: given.list(given.text),
                  health: object(health, ['status', 'problem']),
                },
                ['health'],
              ),
            ),
          }),
        },
        {
          name: 'check_health',
          title: 'Check the health of all upstreams',
          description:
            'Asks every upstream now how it is. Returns for each whether it is well, its status or problem, and the time; requests avoid a sick one for 30 s.',
          effect: 'read',
          input: options({}),
          output: object({ upstreams: given.list(object({ name: given.text, ...health }, ['status', 'problem'])) }),
          hosts,
        },
      ]),
      resources: [],
      prompts: [],
      credentials: [],
      shared: { ...sharedCode(asked), 'upstreams.ts': source },
      tests: [
        savedTest({
          name: 'the_first_answers',
          tool: 'read_path',
          input: { path: '/orders', query: { page: '2' } },
          mocks: [{ request: { url: `${first}/orders?page=2` }, response: { body: { orders: [] } } }],
          returns: {
            upstream: isExample ? 'first' : 'upstream_1',
            status: 200,
            body: { orders: [] },
            failed: [],
          },
          requests: [`GET ${first}/orders?page=2`],
        }),
        ...(baseUrls.length < 2
          ? []
          : [
              savedTest({
                name: 'the_second_answers_when_the_first_cannot',
                tool: 'read_path',
                input: { path: '/orders' },
                mocks: [
                  { request: { url: `${first}/*` }, response: { status: 503 } },
                  { request: { url: `${second}/*` }, response: { body: 'hello' } },
                ],
                returns: {
                  upstream: isExample ? 'second' : 'upstream_2',
                  status: 200,
                  body: 'hello',
                  failed: [{ upstream: isExample ? 'first' : 'upstream_1', problem: 'it answered 503' }],
                },
                requests: [`GET ${first}/orders`, `GET ${second}/orders`],
              }),
            ]),
      ],
      first: isExample
        ? 'Its upstreams are examples: name yours in the description when you start a server, or put them into shared/upstreams.ts and into the hosts of the tools.'
        : `It routes to ${hosts.join(', ')}; weights, paths and health paths are in shared/upstreams.ts.`,
      next: [
        { tool: 'deploy', arguments: { server: asked.name } },
        { tool: 'test_tool', arguments: { server: asked.name, tool: 'check_health', input: {} } },
      ],
    }
  },
}
