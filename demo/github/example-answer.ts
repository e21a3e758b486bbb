import { type Description, type Media, type Operation, resolve } from './description.ts'

export interface ExampleAnswer {
  readonly status: number
  /** Absent when the description promises no content. */
  readonly mediaType?: string
  readonly body: string
}

/** What the description itself gives as an example of success; undefined when it promises none. */
export function exampleAnswer(description: Description, { responses }: Operation): ExampleAnswer | undefined {
  const status = Object.keys(responses).find((code) => /^2\d\d$/.test(code))
  if (status === undefined) return undefined
  const [content] = Object.entries(responses[status]?.content ?? {})
  if (!content) return { status: Number(status), body: '' }
  const [mediaType, media] = content
  const value = exampleOf(description, media)
  return { status: Number(status), mediaType, body: typeof value === 'string' ? value : JSON.stringify(value ?? null) }
}

function exampleOf(description: Description, { example, examples = {} }: Media): unknown {
  const [first] = Object.values(examples)
  return first === undefined ? example : resolve<{ value?: unknown }>(description, first).value
}
