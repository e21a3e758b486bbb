import { FunctionExpressionType, JSONPathEnvironment, type JSONValue } from 'json-p3'
import { isSafePattern } from '../../../src/model/safe-pattern.ts'

/** Where a query found something: member names and list indexes, from the root. */
export type Location = readonly (string | number)[]

/** Deeper documents are not searched with `..`. */
const DEEPEST = 500

/**
 * Finds what a JSONPath query selects, in document order. Queries come from outside: nothing of them is run as code,
 * and regular expressions that can take long match nothing.
 * @returns at most `limit` places
 * @throws Error saying what is wrong with the query
 * RFC 9535
 */
export function findLocations(query: string, root: unknown, limit: number): Location[] {
  const found: Location[] = []
  // What was parsed from JSON or YAML is a JSON value.
  for (const { location } of environment.lazyQuery(query, root as JSONValue)) {
    found.push(location)
    if (found.length >= limit) break
  }
  return found
}

const environment = new JSONPathEnvironment({ maxRecursionDepth: DEEPEST })
environment.functionRegister.set(
  'match',
  patternFunction((pattern) => `^(?:${pattern})$`),
)
environment.functionRegister.set(
  'search',
  patternFunction((pattern) => pattern),
)

function patternFunction(complete: (pattern: string) => string) {
  return {
    argTypes: [FunctionExpressionType.ValueType, FunctionExpressionType.ValueType],
    returnType: FunctionExpressionType.LogicalType,
    call(text: unknown, pattern: unknown): boolean {
      if (typeof text !== 'string' || typeof pattern !== 'string') return false
      const whole = complete(pattern)
      return isSafePattern(whole) && new RegExp(whole, 'u').test(text)
    },
  }
}
