import type { Verb } from './verb.ts'
import type { ToolResult } from './meta-session.ts'

/** A result in the words of this terminal. */
export interface Rendered {
  readonly text: string
  /** What to type next. */
  readonly next: readonly string[]
}

interface NextCall {
  readonly tool: string
  readonly arguments: Readonly<Record<string, unknown>>
}

/** @param verbs  commands that are shorter than `call` */
export function renderResult({ content, structuredContent }: ToolResult, verbs: readonly Verb[]): Rendered {
  const text = content
    .filter(({ annotations }) => annotations?.audience?.includes('user') ?? true)
    .map((part) => part.text ?? `(${part.type})`)
    .join('\n')
  const lines = text.split('\n').filter((line) => !line.startsWith('next: '))
  return { text: lines.join('\n'), next: nextCalls(structuredContent).map((call) => asCommand(call, verbs)) }
}

function nextCalls(structured: ToolResult['structuredContent']): NextCall[] {
  const { next, error }: { next?: unknown; error?: unknown } = { ...structured }
  const given = next ?? Object(error).next ?? []
  return (Array.isArray(given) ? given : [given]) as NextCall[]
}

function asCommand({ tool, arguments: input }: NextCall, verbs: readonly Verb[]): string {
  const verb = verbs.find((each) => each.tool === tool && each.positional.every((name) => name in input))
  const positional = verb?.positional ?? []
  const named = Object.entries(input).filter(([name]) => !positional.includes(name) && name !== 'confirm')
  const words = [
    ...(verb ? [verb.name] : ['call', tool]),
    ...positional.map((name) => quoted(String(input[name]))),
    ...named.flatMap(([name, value]) => option(name, value)),
    // Who agrees here needs no token.
    ...('confirm' in input ? ['--yes'] : []),
  ]
  return `mcpwright ${words.join(' ')}`
}

function option(name: string, value: unknown): string[] {
  const flag = `--${name.replaceAll('_', '-')}`
  if (value === true) return [flag]
  if (value === false) return [`--no-${flag.slice(2)}`]
  return [flag, ...[value].flat().map((each) => quoted(asWord(each)))]
}

/** As a POSIX shell reads it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./…-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}

function asWord(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
