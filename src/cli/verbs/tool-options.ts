import { readFileSync } from 'node:fs'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { JsonSchema } from '../../model/tool-definition.ts'

/** What commander gives of a tool's options, by their names there (`baseUrl`). */
export type GivenOptions = Readonly<Record<string, unknown>>

/**
 * Gives a command an option for each argument of a tool: `base_url` is `--base-url`. Numbers and booleans are read as
 * such (`--no-preview` is false), lists take several words, objects are JSON; `@path` is the content of a file.
 * @param positional  arguments that stand without a name; they are no options
 */
export function addToolOptions(command: Command, inputSchema: JsonSchema, positional: readonly string[] = []): void {
  for (const [name, schema] of argumentsOf(inputSchema)) {
    if (positional.includes(name)) continue
    command.addOption(optionFor(name, schema))
    if (schema.type === 'boolean') command.addOption(new Option(`--no-${flagOf(name).slice(2)}`))
  }
}

/** The arguments of a call: those given by position and by name. What is missing is told by the tool itself. */
export function readToolOptions(
  inputSchema: JsonSchema,
  given: GivenOptions,
  positional: Readonly<Record<string, string>> = {},
): Record<string, unknown> {
  const named = argumentsOf(inputSchema).flatMap(([name]) => {
    const value = given[new Option(flagOf(name)).attributeName()]
    return value === undefined ? [] : [[name, value] as const]
  })
  return { ...Object.fromEntries(named), ...positional }
}

/** `confirm` is how a client hands an agreement on; here a person is asked. */
function argumentsOf({ properties }: JsonSchema): [string, JsonSchema][] {
  // A meta tool's properties are schemas: they are ours.
  const entries = Object.entries((properties ?? {}) as Record<string, JsonSchema>)
  return entries.filter(([name]) => name !== 'confirm')
}

function optionFor(name: string, schema: JsonSchema): Option {
  const { type, description = '', enum: choices } = schema
  const words = String(description)
  if (type === 'boolean') return new Option(flagOf(name), words)
  if (type === 'array') return new Option(`${flagOf(name)} <${singular(name)}...>`, words).argParser(listReader(schema))
  const option = new Option(`${flagOf(name)} <${valueName(type)}>`, words)
  return Array.isArray(choices) ? option.choices(choices.map(String)) : option.argParser(readerFor(type))
}

function flagOf(name: string): string {
  return `--${name.replaceAll('_', '-')}`
}

function singular(name: string): string {
  return name.replace(/s$/, '')
}

function valueName(type: unknown): string {
  return type === 'integer' || type === 'number' ? 'n' : type === 'string' ? 'text' : 'json'
}

function readerFor(type: unknown): (text: string) => unknown {
  if (type === 'integer' || type === 'number') return readNumber
  return type === 'string' ? readText : readJson
}

/** Each word of a list is read by itself, and added to those before; where they are JSON, one may hold several. */
function listReader({ items }: JsonSchema): (text: string, before: unknown) => unknown[] {
  const read = readerFor(Object(items).type)
  return (text, before) => [before ?? [], read(text)].flat()
}

function readNumber(text: string): number {
  const number = Number(text)
  if (text.trim() === '' || Number.isNaN(number)) throw new InvalidArgumentError('It has to be a number.')
  return number
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(readText(text))
  } catch (error) {
    if (error instanceof InvalidArgumentError) throw error
    throw new InvalidArgumentError(`It has to be JSON, or @path of a file with JSON: ${String(error)}`)
  }
}

/** `@path` is a file's content, `@@` a text that begins with `@`. */
function readText(text: string): string {
  if (!text.startsWith('@')) return text
  if (text.startsWith('@@')) return text.slice(1)
  try {
    return readFileSync(text.slice(1), 'utf8')
  } catch (error) {
    throw new InvalidArgumentError(`The file cannot be read: ${String(error)}`)
  }
}
