import type { Entry } from './client.ts'

/** Changes the text of a configuration and leaves alone what is not meant: comments, order, indentation, line ends. */
export interface ConfigurationFormat {
  /**
   * The entries below a section; undefined where there is no such section.
   * @throws BrokenConfiguration when the text is not in this format, or the section holds no entries
   */
  read(text: string, section: string): Readonly<Record<string, unknown>> | undefined
  /** Adds an entry, or sets its fields; other fields of an entry stay. */
  put(text: string, section: string, name: string, entry: Entry): string
  take(text: string, section: string, name: string): string
  /** Takes a section away that has no entries left. */
  takeSection(text: string, section: string): string
  /** What a configuration with nothing in it is. */
  readonly isEmpty: (text: string) => boolean
}

/** Lines and columns count from 1. */
export class BrokenConfiguration extends Error {
  override readonly name = 'BrokenConfiguration'
  readonly line: number
  readonly column: number

  constructor(what: string, line: number, column: number) {
    super(what)
    this.line = line
    this.column = column
  }
}
