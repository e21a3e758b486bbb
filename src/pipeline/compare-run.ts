import { isDeepStrictEqual } from 'node:util'
import type { ToolResult } from '../../runtime/library/tool-result.ts'
import type { Expectation } from '../model/saved-test.ts'
import type { TryReport } from './try-tool.ts'

/** What is the same in two runs of one test, and so can be expected of the next. */
export function expectationOf(first: TryReport, second: TryReport): Expectation {
  const { result, secrets } = first
  const requests = labels(first)
  const isSameResult = result !== undefined && isDeepStrictEqual(asJson(result), asJson(second.result))
  const isSmall = isSameResult && JSON.stringify(result).length <= LARGEST_RESULT
  return {
    isError: result?.isError === true,
    ...(isSmall && { result: asJson(result) }),
    ...(isDeepStrictEqual(requests, labels(second)) && { requests }),
    secrets,
  }
}

/** Characters; of a larger result only its success is expected. */
const LARGEST_RESULT = 100_000

/** In what a run is not as expected: one sentence, or nothing when it is. */
export function differenceOf(expected: Expectation, run: TryReport): string | undefined {
  if (!run.result) return run.problem ?? 'it gave no result'
  const isError = run.result.isError === true
  if (isError !== expected.isError) {
    return `it ${isError ? 'fails' : 'no longer fails'}: ${shorten(run.result)}`
  }
  if (expected.result && !isDeepStrictEqual(asJson(run.result), expected.result)) {
    const [wanted, got] = differenceInWords(expected.result, asJson(run.result))
    return `its result has ${got} where ${wanted} was saved`
  }
  const requests = labels(run)
  if (expected.requests && !isDeepStrictEqual(requests, expected.requests)) {
    return `it sends ${list(requests)} where ${list(expected.requests)} was saved`
  }
  return undefined
}

function labels({ requests }: TryReport): readonly string[] {
  return requests.map(({ method, url }) => `${method} ${url}`)
}

/** Without members that are undefined. */
function asJson<Value>(value: Value): Value {
  // JSON of a value has its type where the value came over a wire, as results do.
  return JSON.parse(JSON.stringify(value ?? null)) as Value
}

function differenceInWords(wanted: ToolResult, got: ToolResult): [string, string] {
  const [shortWanted, shortGot] = [shownOf(wanted), shownOf(got)]
  // What differs may stand around it.
  return shortWanted === shortGot
    ? fromFirstDifference(JSON.stringify(wanted), JSON.stringify(got))
    : fromFirstDifference(shortWanted, shortGot)
}

/** Without what stands around it: data, else its only text, else all. */
function shownOf({ structuredContent, content }: ToolResult): string {
  if (structuredContent) return JSON.stringify(structuredContent)
  const [block, ...others] = content
  return block?.type === 'text' && others.length === 0 ? block.text : JSON.stringify(content)
}

function fromFirstDifference(wanted: string, got: string): [string, string] {
  let at = 0
  while (at < wanted.length && wanted[at] === got[at]) at++
  const from = Math.max(0, at - 20)
  const start = from === 0 ? '' : '…'
  return [start + wanted.slice(from, at + 60), start + got.slice(from, at + 60)]
}

function shorten(value: unknown): string {
  return JSON.stringify(value).slice(0, 300)
}

function list(requests: readonly string[]): string {
  return requests.length === 0 ? 'no request' : requests.slice(0, 5).join(', ').slice(0, 500)
}
