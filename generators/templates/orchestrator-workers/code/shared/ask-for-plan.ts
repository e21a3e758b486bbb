import type { ToolContext } from '../../../../../runtime/library/tool-context.ts'
import { readPlan, type Step } from './plan.ts'
import type { Section } from './sections.ts'
import { workers } from './workers.ts'

/**
 * Has the client's own model plan who does what (sampling).
 * @returns undefined when the client has no model to ask, declines, or answers no plan that can be done
 */
export async function askForPlan(
  task: string,
  sections: readonly Section[],
  { client, requestInput }: Pick<ToolContext, 'client' | 'requestInput'>,
): Promise<readonly Step[] | undefined> {
  if (!client.sampling) return undefined
  const answer = await requestInput({ kind: 'sampling', params: question(task, sections) }, 'plan')
  if (answer.action !== 'accept') return undefined
  return readPlan(textOf(answer.content?.['content']), sections)
}

/** Parameters of sampling/createMessage. */
function question(task: string, sections: readonly Section[]): Record<string, unknown> {
  const list = Object.entries(workers).map(([name, { description }]) => `- ${name}: ${description}`)
  const parts = sections.map(({ number, heading, text }) => `${number}. ${heading ?? text.slice(0, 100)}`)
  const text = [
    `Plan who does what for this task: ${task}`,
    `Workers:\n${list.join('\n')}`,
    `Sections of the document:\n${parts.join('\n')}`,
    'Answer only a JSON list of the steps that the task needs: [{"worker": "key_terms", "section": 1}].',
  ].join('\n\n')
  return { messages: [{ role: 'user', content: { type: 'text', text } }], maxTokens: 2_000 }
}

/** A message holds one block, or a list of them. */
function textOf(content: unknown): string {
  const blocks = (Array.isArray(content) ? content : [content]) as readonly ({ readonly text?: unknown } | undefined)[]
  return blocks.map((block) => (typeof block?.text === 'string' ? block.text : '')).join('')
}
