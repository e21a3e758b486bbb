import type { Machine } from '../config/machine.ts'

/** How a client starts a server: a command with arguments, over stdio. */
export interface StartCommand {
  /** What the client calls the server. */
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  /** What it needs besides the environment that the client gives. */
  readonly env?: Readonly<Record<string, string>>
}

/** What stands in a client's configuration under the name of a server. */
export type Entry = Readonly<Record<string, EntryValue>>
export type EntryValue = string | readonly string[] | Readonly<Record<string, string>>

/** One configuration file of a client. */
export interface Place {
  readonly file: string
  /** Where one of these is, the client is installed. */
  readonly signs: readonly string[]
}

/** An MCP client, in the form that its own documentation gives. */
export interface Client {
  readonly title: string
  /** `json` is read by the client itself without comments; `jsonc` with comments and trailing commas. */
  readonly format: 'json' | 'jsonc' | 'toml'
  /** The key of the file below which the servers stand. */
  readonly section: string
  entry(start: StartCommand): Entry
  /** Of the person, not of a project; several where the client comes in several editions. */
  places(machine: Machine): readonly Place[]
  /** Where the entry goes, for people. */
  readonly where: string
  /** Opens the client and asks the person. */
  link?(start: StartCommand): string
}

export function invocation({ command, args, env }: StartCommand): Entry {
  return { command, args, ...(env && { env }) }
}
