import type { Credential } from '../../../runtime/library/http-call.ts'
import type { ToolDefinition } from '../../../src/model/tool-definition.ts'
import { operationFromHttpTool } from '../../importers/http-template.ts'
import type { HttpTool } from '../../importers/http-tool.ts'
import { integer, object, options, text } from '../schemas.ts'
import type { Template } from '../template.ts'
import { httpApiTests } from './tests.ts'

const EXAMPLE = 'https://api.example.com/v1'
const SECRET = 'API_TOKEN'

export const httpApi: Template = {
  name: 'http-api',
  summary: 'A REST API as declared requests, one per verb, with pages, errors that say what to do, and a secret.',
  build({ name, addresses: [address] }) {
    const base = address ?? EXAMPLE
    const declared = itemTools(base).map(toTool)
    return {
      tools: declared.map(({ tool }) => tool),
      resources: [],
      prompts: [],
      // Each declares the same one.
      credentials: declared.flatMap(({ credential }) => credential ?? []).slice(0, 1),
      shared: {},
      tests: httpApiTests(base, SECRET),
      first: `${address === undefined ? `It calls the example ${EXAMPLE}: name your API's address in the description when you start a server, or send each tool anew with add_tool and replace. A` : `It calls ${base}. A`} person enters ${SECRET}, once; "items" stands for what your API has.`,
      next: [
        { tool: 'request_secrets', arguments: { server: name } },
        { tool: 'test_tool', arguments: { server: name, tool: 'list_items', input: {}, live: false } },
      ],
    }
  },
}

function toTool(declared: HttpTool): { tool: ToolDefinition; credential?: Credential } {
  const { operation, credential } = operationFromHttpTool(declared)
  const { call, ...definition } = operation
  return { tool: { ...definition, handler: { kind: 'operation', call } }, ...(credential && { credential }) }
}

function itemTools(base: string): readonly HttpTool[] {
  const id = text('The id of an item, as list_items gives it.', 100)
  const title = text('What the item is called.', 200)
  const item = { title, details: text('All else about it.', 5_000) }
  const secret = SECRET
  return [
    {
      name: 'list_items',
      description:
        'Lists items, newest first, those whose title has the words when they are given. Returns a page of them, and the cursor of the next page. Paged: go on with "cursor", size with "limit".',
      effect: 'read',
      inputSchema: options({
        q: text('Words to search for.', 200),
        limit: integer(1, 100, 'How many on a page.'),
        cursor: text('The cursor that the page before gave.', 500),
      }),
      http: { method: 'GET', url: `${base}/items`, query: { q: '{q}', limit: '{limit}', cursor: '{cursor}' }, secret },
    },
    {
      name: 'get_item',
      description: 'Reads one item. Returns all of it; an id that is unknown is told as an error.',
      effect: 'read',
      inputSchema: object({ id }),
      http: { method: 'GET', url: `${base}/items/{id}`, secret },
    },
    {
      name: 'create_item',
      description: 'Makes a new item. Returns it with the id that it was given.',
      effect: 'write',
      inputSchema: object(item, ['details']),
      http: {
        method: 'POST',
        url: `${base}/items`,
        body: { title: '{title}', details: '{details}' },
        secret,
      },
    },
    {
      name: 'update_item',
      description: 'Changes what is given of an item and keeps the rest. Returns the item as it is then.',
      effect: 'write',
      inputSchema: object({ id, ...item }, ['title', 'details']),
      http: {
        method: 'PATCH',
        url: `${base}/items/{id}`,
        body: { title: '{title}', details: '{details}' },
        secret,
      },
    },
    {
      name: 'delete_item',
      description: 'Deletes an item for good. Returns nothing but that it was done.',
      effect: 'delete',
      inputSchema: object({ id }),
      http: { method: 'DELETE', url: `${base}/items/{id}`, secret },
    },
  ]
}
