import { TOOL_NAME } from '../../../src/model/names.ts'

const LONGEST_NAME = 63
/** What is behind counts for the fingerprint only. */
const LONGEST_TEXT = 1_000

/**
 * Gives operations their tool names: from `operationId`, else from method and path. A name does not depend on the
 * other operations unless two would be the same; then the later one is named by method and path.
 */
export class OperationNames {
  readonly #taken = new Set<string>()

  /** @returns a name that fits TOOL_NAME and was not given before */
  nameFor(operationId: string | undefined, method: string, path: string): string {
    const label = `${method} ${path}`
    const candidates = [
      operationId === undefined ? undefined : toName(operationId),
      nameOfPath(method, path),
      toName(`${method}_${fingerprint(label)}`),
    ]
    const name =
      candidates.find((candidate) => candidate !== undefined && !this.#taken.has(candidate)) ?? this.#numbered(label)
    this.#taken.add(name)
    return name
  }

  #numbered(label: string): string {
    for (let number = 2; ; number++) {
      const name = `call_${fingerprint(label)}_${number}`
      if (!this.#taken.has(name)) return name
    }
  }
}

function nameOfPath(method: string, path: string): string | undefined {
  const words = path === '/' ? 'root' : path.replace(/[{}]/g, ' ')
  return toName(words) === undefined ? undefined : toName(`${method.toLowerCase()}_${words}`)
}

/** snake_case; undefined when too little of the text is ASCII. `issues/listForRepo` is `issues_list_for_repo`. */
export function toName(text: string): string | undefined {
  const words = text
    .slice(0, LONGEST_TEXT)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
  const lost = words.match(/\P{ASCII}/gu)?.length ?? 0
  const plain = words.replace(/[^a-z0-9]+/g, '_').replace(/^_+|_+$/g, '')
  if (plain.length === 0 || lost > plain.length) return undefined
  const begun = /^[a-z]/.test(plain) ? plain : `op_${plain}`
  const padded = begun.length < 3 ? `${begun}_op` : begun
  const name =
    padded.length <= LONGEST_NAME
      ? padded
      : `${padded.slice(0, LONGEST_NAME - 7).replace(/_+$/, '')}_${fingerprint(text)}`
  return TOOL_NAME.test(name) ? name : undefined
}

/** Six hex digits that stay the same for the same text (FNV-1a). */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0
  }
  return hash.toString(16).padStart(8, '0').slice(0, 6)
}
