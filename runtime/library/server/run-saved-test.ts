import { callOperation } from '../call-operation.ts'
import { type CodeRegistry, runCode } from '../code.ts'
import { askingClient, noClient } from '../input-needed.ts'
import { mockedFetch } from '../mocks.ts'
import type { OperationsFile } from '../operation.ts'
import type { Protocols } from '../protocol.ts'
import type { SavedTest } from '../saved-test.ts'
import { toToolResult, type ToolResult } from '../tool-result.ts'
import { standaloneHost } from './standalone-host.ts'

export interface SavedRun {
  readonly result: ToolResult
  readonly requests: readonly string[]
}

/** Repeats a saved run in this process: mocks answer its requests, and placeholders stand for its secrets. */
export async function runSavedTest(
  { tool, input, mocks, expected }: SavedTest,
  {
    code,
    operations: { operations, credentials },
    protocols = {},
  }: { code: CodeRegistry; operations: OperationsFile; protocols?: Protocols },
): Promise<SavedRun> {
  const requests: string[] = []
  const env = Object.fromEntries(expected.secrets.map((name) => [name, `{{secret:${name}}}`]))
  const send = mockedFetch(mocks, (request) => requests.push(request))
  const signal = AbortSignal.timeout(30_000)
  const operation = operations.find(({ name }) => name === tool)
  if (operation)
    return {
      result: await callOperation(operation, input, { fetch: send, env, signal, credentials, protocols }),
      requests,
    }
  const value = await runCode(code, { kind: 'tool', name: tool }, input, {
    ...standaloneHost({ env, code, fetch: send }),
    ...askingClient(noClient),
    schedule: () => Promise.resolve(),
    progress: () => {},
    notify: () => {},
    background: () => {},
    signal,
  })
  return { result: toToolResult(value), requests }
}
