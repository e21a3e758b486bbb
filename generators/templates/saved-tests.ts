import type { Mock } from '../../runtime/library/mocks.ts'
import { toToolResult } from '../../runtime/library/tool-result.ts'
import type { SavedTest } from '../../src/model/saved-test.ts'

interface Run {
  readonly name: string
  readonly tool: string
  readonly input: Readonly<Record<string, unknown>>
  readonly mocks?: readonly Mock[]
  /** What the code returns; absent where it differs from run to run, such as a time. */
  readonly returns?: unknown
  /** In their order; none unless told. */
  readonly requests?: readonly string[]
}

/** A run of a tool that every build repeats. */
export function savedTest({ name, tool, input, mocks = [], returns, requests = [] }: Run): SavedTest {
  const result = returns === undefined ? {} : { result: toToolResult(returns) }
  return { name, tool, input, mocks, expected: { isError: false, ...result, requests, secrets: [] } }
}
