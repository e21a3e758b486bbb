import type { Mock } from './mocks.ts'
import type { ToolResult } from './tool-result.ts'

/** A run of a tool that every build repeats, with mocks for what it asks of the network. */
export interface SavedTest {
  /** Unique within the server. */
  readonly name: string
  readonly tool: string
  readonly input: Readonly<Record<string, unknown>>
  readonly mocks: readonly Mock[]
  readonly expected: Expectation
}

/** What stayed the same when the run was repeated; what did not is absent, and not looked at. */
export interface Expectation {
  readonly isError: boolean
  readonly result?: ToolResult
  /** In their order: `GET https://api.example.com/books?page=2`. */
  readonly requests?: readonly string[]
  /** Names of the secrets that the run could use; a repeated run has placeholders for the same. */
  readonly secrets: readonly string[]
}
