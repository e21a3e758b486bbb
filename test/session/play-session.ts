import type { SessionStep } from './session-steps.ts'

export interface SessionAnswer {
  readonly text: string
  readonly structured: Readonly<Record<string, unknown>>
  readonly isError: boolean
}

/** How a session reaches the meta server, and the person who is there. */
export interface SessionSides {
  call(tool: string, given: Readonly<Record<string, unknown>>): Promise<SessionAnswer>
  allow(heading: string): Promise<void>
}

/** Makes the calls of a session one after another, and writes it down, without what differs from run to run. */
export async function playSession(
  steps: readonly SessionStep[],
  sides: SessionSides,
  mask: (text: string) => string,
): Promise<string> {
  const written: string[] = []
  let confirm: unknown
  for (const step of steps) {
    if ('say' in step) {
      written.push(`## ${step.say}`)
      continue
    }
    if ('allow' in step) {
      await sides.allow(step.allow)
      written.push('*A person allows it: `mcpwright inbox`.*')
      continue
    }
    const { tool, arguments: given } = step
    const answer = await sides.call(tool, given['confirm'] === '…' ? { ...given, confirm } : given)
    confirm = confirmOf(answer)
    written.push(mask(describe(tool, given, answer)))
  }
  return `${written.join('\n\n')}\n`
}

function confirmOf({ structured }: SessionAnswer): unknown {
  const { error }: { error?: { next?: { arguments?: Record<string, unknown> } } } = structured
  return error?.next?.arguments?.['confirm']
}

const LONGEST_ARGUMENT = 160

function describe(tool: string, given: object, { text, structured, isError }: SessionAnswer): string {
  const shown = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name,
      typeof value === 'string' && value.length > LONGEST_ARGUMENT ? `${value.slice(0, LONGEST_ARGUMENT)} …` : value,
    ]),
  )
  const call = `${tool} ${JSON.stringify(shown)}`
  const holds = Object.keys(structured).toSorted().join(', ')
  return [
    '```',
    call,
    '',
    text.trimEnd(),
    '```',
    '',
    `${isError ? 'An error' : 'Structured'}: ${holds || 'nothing'}.`,
  ].join('\n')
}
