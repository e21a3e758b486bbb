import { pointerOf } from '../../../runtime/library/json-pointer.ts'
import type { Effect } from '../../../runtime/library/operation.ts'
import type { SkippedPart } from '../../../src/model/tool-definition.ts'
import { cleanLine, cleanText } from './clean-text.ts'
import { asRecord, kindOf, property, type JsonRecord } from './json-value.ts'
import { toName } from './operation-names.ts'

/** What the author of a description wants of the tool that an operation becomes. */
export interface ToolHints {
  readonly isEnabled?: boolean
  /** A tool name, made of the one that is written. */
  readonly name?: string
  readonly title?: string
  readonly description?: string
  readonly effect?: Effect
  readonly isReadOnly?: boolean
  readonly isDestructive?: boolean
  readonly scopes?: readonly string[]
}

/** A part of a description that may carry hints, and the tokens of its JSON pointer. */
export interface HintedPart {
  readonly value: JsonRecord
  readonly pointer: readonly (string | number)[]
}

/** The first goes before the second. */
const EXTENSIONS = ['x-mcp', 'x-speakeasy-mcp'] as const

/**
 * Reads the extensions `x-mcp` and `x-speakeasy-mcp`. What cannot be understood is told and ignored.
 *
 * `x-mcp` is true, false, or an object with `enabled` or `disabled` and the members below; `x-speakeasy-mcp` is an
 * object with `disabled`, `name`, `title`, `description`, `scopes`, `readOnlyHint` and `destructiveHint`
 * (https://www.speakeasy.com/docs/standalone-mcp/customize-tools). `effect` (read, write or delete) is ours.
 */
export class ToolHintReader {
  readonly #read = new WeakMap<JsonRecord, ToolHints>()
  readonly #skip: (part: SkippedPart) => void

  constructor(skip: (part: SkippedPart) => void) {
    this.#skip = skip
  }

  /** What is said of an operation; else of its path; else of the whole. Names and texts are those of the operation. */
  hintsFor(operation: HintedPart, ...around: readonly HintedPart[]): ToolHints {
    const outer = around.map((part) => {
      const { name: _, title: __, description: ___, ...rest } = this.#hintsOf(part)
      return rest
    })
    return firstOf([this.#hintsOf(operation), ...outer])
  }

  /** Each part is read once, so that its faults are told once. */
  #hintsOf({ value, pointer }: HintedPart): ToolHints {
    const known = this.#read.get(value)
    if (known) return known
    const hints = firstOf(
      EXTENSIONS.map((extension) => this.#readExtension(property(value, extension), [...pointer, extension])),
    )
    this.#read.set(value, hints)
    return hints
  }

  #readExtension(value: unknown, pointer: readonly (string | number)[]): ToolHints {
    if (value === undefined || value === null) return {}
    const flag = asFlag(value)
    if (flag !== undefined) return { isEnabled: flag }
    const record = asRecord(value)
    if (!record) {
      this.#skip({ pointer: pointerOf(pointer), reason: `expected true, false or an object, found ${kindOf(value)}` })
      return {}
    }
    const hints: ToolHints[] = []
    for (const [member, { expected, read }] of Object.entries(MEMBERS)) {
      const written = property(record, member)
      if (written === undefined || written === null) continue
      const hint = read(written)
      if (hint) hints.push(hint)
      else {
        const reason = `expected ${expected}, found ${kindOf(written)}; it is ignored`
        this.#skip({ pointer: pointerOf([...pointer, member]), reason })
      }
    }
    return firstOf(hints)
  }
}

interface Member {
  readonly expected: string
  /** Undefined when the value is not what is expected. */
  read(value: unknown): ToolHints | undefined
}

/** Of members that say the same, the first goes before the later ones. */
const MEMBERS: Readonly<Record<string, Member>> = {
  disabled: flagMember((flag) => ({ isEnabled: !flag })),
  enabled: flagMember((flag) => ({ isEnabled: flag })),
  name: {
    expected: 'a name of at least three letters, digits, "-" or "_"',
    read(value) {
      const name = typeof value === 'string' ? toName(value) : undefined
      return name === undefined ? undefined : { name }
    },
  },
  title: textMember((text) => ({ title: cleanLine(text, 100) })),
  description: textMember((text) => ({ description: cleanText(text, 600) })),
  scopes: {
    expected: 'a list of texts',
    read(value) {
      const isList = Array.isArray(value) && value.every((scope) => typeof scope === 'string')
      return isList ? { scopes: value.map((scope) => cleanLine(scope, 60)) } : undefined
    },
  },
  effect: {
    expected: 'read, write or delete',
    read: (value) => (value === 'read' || value === 'write' || value === 'delete' ? { effect: value } : undefined),
  },
  readOnlyHint: flagMember((isReadOnly) => ({ isReadOnly })),
  destructiveHint: flagMember((isDestructive) => ({ isDestructive })),
}

function flagMember(hint: (flag: boolean) => ToolHints): Member {
  return {
    expected: 'true or false',
    read(value) {
      const flag = asFlag(value)
      return flag === undefined ? undefined : hint(flag)
    },
  }
}

function textMember(hint: (text: string) => ToolHints): Member {
  return {
    expected: 'a text',
    read: (value) => (typeof value === 'string' && value.trim() !== '' ? hint(value) : undefined),
  }
}

function asFlag(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value
  if (value === 'true') return true
  return value === 'false' ? false : undefined
}

function firstOf(hints: readonly ToolHints[]): ToolHints {
  return Object.assign({}, ...hints.toReversed())
}
