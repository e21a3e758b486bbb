import { MetaError } from '../errors/meta-error.ts'
import { worstFindings } from '../model/finding.ts'
import type { ContentBlock } from '../../runtime/library/tool-result.ts'
import type { PromptArgument, PromptDefinition, PromptMessage } from '../model/server-definition.ts'
import { checkCode } from '../pipeline/check-code.ts'
import { checkItem } from '../pipeline/check-item.ts'
import { insertPrompt, replacePrompt } from '../registry/prompt-store.ts'
import { bumpRevision, requireServerToFill } from '../registry/server-store.ts'
import { listSharedCode } from '../registry/shared-code-store.ts'
import { answerSchema, array, string } from './answer-schema.ts'
import { defineTool, objectSchema, serverArgument, WRITES } from './meta-tool.ts'

interface Input {
  readonly server: string
  readonly name: string
  readonly description: string
  readonly template?: string
  readonly messages?: readonly GivenMessage[]
  readonly code?: string
  readonly hosts?: readonly string[]
  readonly arguments?: readonly (Omit<PromptArgument, 'required'> & { readonly required?: boolean })[]
  readonly replace?: boolean
}

export const addPrompt = defineTool({
  name: 'add_prompt',
  title: 'Add a prompt',
  description: 'Adds a prompt: a template or messages with {{argument}} placeholders, or code.',
  inputSchema: objectSchema(
    {
      server: serverArgument,
      name: { type: 'string', pattern: '^[a-z][a-z0-9_]{2,62}$' },
      description: { type: 'string', minLength: 1, maxLength: 600 },
      template: { type: 'string', maxLength: 50_000 },
      messages: {
        type: 'array',
        minItems: 1,
        maxItems: 50,
        items: objectSchema(
          {
            role: { type: 'string', enum: ['user', 'assistant'] },
            text: { type: 'string', maxLength: 50_000 },
            content: { type: 'object' },
          },
          ['role'],
        ),
        saidAs: '[{role: user or assistant, text, or content: an MCP content block}]',
      },
      code: { type: 'string', maxLength: 200_000, description: 'Gets input.argument; returns text or messages.' },
      hosts: { type: 'array', items: { type: 'string', maxLength: 260 } },
      arguments: {
        type: 'array',
        maxItems: 20,
        items: objectSchema(
          {
            name: { type: 'string', pattern: '^[A-Za-z_][\\w-]{0,62}$' },
            description: { type: 'string', maxLength: 300 },
            required: { type: 'boolean' },
            values: {
              type: 'array',
              items: { type: 'string', maxLength: 200 },
              maxItems: 500,
            },
          },
          ['name'],
        ),
        saidAs: '[{name, description, required, values: completions}]',
      },
      replace: { type: 'boolean' },
    },
    ['server', 'name', 'description'],
  ),
  outputSchema: answerSchema(['saved'], { saved: string, arguments: array, findings: array }),
  scope: 'write',
  annotations: WRITES,
  async run(input: Input, { services, principal: { tenantId }, signal }) {
    const prompt = readPrompt(input)
    if ('kind' in prompt.messages) {
      const shared = await services.db.as(tenantId, async (sql) => {
        const { id } = await requireServerToFill(sql, tenantId, input.server)
        return listSharedCode(sql, tenantId, id)
      })
      await checkCode({ prompts: [prompt], shared }, services, tenantId, signal)
    }
    const server = await services.db.as(tenantId, async (sql) => {
      const found = await requireServerToFill(sql, tenantId, input.server)
      const replaced = input.replace === true && (await replacePrompt(sql, tenantId, found, prompt.name, prompt))
      if (!replaced) await insertPrompt(sql, tenantId, found, prompt)
      await bumpRevision(sql, tenantId, found.id)
      return found
    })
    const findings = await checkItem({ prompts: [prompt] }, server, services, signal)
    return {
      text: `The prompt "${prompt.name}" is saved in "${input.server}".`,
      structured: { saved: prompt.name, arguments: prompt.arguments, findings: worstFindings(findings, 5) },
      next: [{ tool: 'deploy', arguments: { server: input.server } }],
    }
  },
})

function readPrompt(input: Input): PromptDefinition {
  const { name, description, template, messages, code, hosts = [], arguments: declared = [] } = input
  const given = [template, messages, code].filter((each) => each !== undefined).length
  if (given !== 1) {
    throw new MetaError(
      'ARGUMENTS_INVALID',
      `A prompt has one of template, messages and code; ${given} are given.`,
      'Give exactly one of them.',
    )
  }
  if (code !== undefined) {
    const args = declared.map((each) => ({ ...each, required: each.required ?? true }))
    return { name, description, arguments: args, messages: { kind: 'code', source: code, hosts } }
  }
  const texts: readonly PromptMessage[] = messages?.map(readMessage) ?? [{ role: 'user', text: template ?? '' }]
  const used = new Set(
    Array.from(JSON.stringify(texts).matchAll(/\{\{\s*([\w-]+)\s*\}\}/g), ([, argument]) => argument ?? ''),
  )
  const unused = declared.filter((argument) => !used.has(argument.name))
  if (unused.length > 0) {
    throw new MetaError(
      'ARGUMENTS_INVALID',
      `The argument "${unused[0]?.name}" is in no text of the prompt.`,
      `Write it as {{${unused[0]?.name}}}, or leave it out. The texts use: ${[...used].join(', ') || 'none'}.`,
    )
  }
  const found = [...used]
    .filter((argument) => !declared.some((each) => each.name === argument))
    .map((argument) => ({ name: argument, required: true }))
  return {
    name,
    description,
    messages: texts,
    arguments: [...declared.map((each) => ({ ...each, required: each.required ?? true })), ...found],
  }
}

interface GivenMessage {
  readonly role: 'user' | 'assistant'
  readonly text?: string
  readonly content?: object
}

function readMessage({ role, text, content }: GivenMessage): PromptMessage {
  if (text !== undefined && content === undefined) return { role, text }
  const block: { type?: unknown } = { ...content }
  const types = ['text', 'image', 'audio', 'resource', 'resource_link']
  // The type says which block it is; clients check the rest, as they do for every server.
  if (text === undefined && types.includes(String(block.type))) return { role, content: block as ContentBlock }
  throw new MetaError(
    'ARGUMENTS_INVALID',
    text !== undefined ? 'A message has both text and content.' : 'A message has neither text nor a content block.',
    `Give text, or content with a type of ${types.join(', ')}.`,
  )
}
