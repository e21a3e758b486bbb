import type { Operation } from './description.ts'

export interface FoundOperation {
  readonly operation: Operation
  readonly pathValues: Readonly<Record<string, string>>
}

/** Finds operations by the path of a request; a template that is more concrete goes before one that is less. */
export function createOperationFinder(operations: readonly Operation[]): (path: string) => readonly FoundOperation[] {
  const routes = operations
    .map((operation) => ({ operation, ...toPattern(operation.template) }))
    .toSorted((left, right) => right.weight.localeCompare(left.weight))
  return (path) => {
    const found = routes.flatMap(({ operation, pattern, names }) => {
      const match = pattern.exec(path)
      return match ? [{ operation, pathValues: valuesOf(names, match.slice(1)) }] : []
    })
    // Of several templates that match, only the first is meant, whatever its methods.
    return found.filter(({ operation }) => operation.template === found[0]?.operation.template)
  }
}

/** `weight` has a 1 for each fixed segment and a 0 for each with a variable: OpenAPI 3.0, "Path Templating Matching". */
function toPattern(template: string): { pattern: RegExp; names: string[]; weight: string } {
  const names: string[] = []
  const source = template
    .split(/(\{[^}]+\})/)
    .map((part) => {
      if (!part.startsWith('{')) return part.replaceAll(/[.*+?^$()|[\]\\]/g, String.raw`\$&`)
      names.push(part.slice(1, -1))
      return '([^/]+)'
    })
    .join('')
  const weight = template
    .split('/')
    .map((segment) => (segment.includes('{') ? '0' : '1'))
    .join('')
  return { pattern: new RegExp(`^${source}$`), names, weight }
}

function valuesOf(names: readonly string[], values: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(values[index] ?? '')]))
}
