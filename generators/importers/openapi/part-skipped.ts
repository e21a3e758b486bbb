import { pointerOf } from '../../../runtime/library/json-pointer.ts'

/** Why one part of a description cannot be used. It ends the operation it belongs to, never the import. */
export class PartSkipped extends Error {
  override readonly name: string = 'PartSkipped'
  /** Tokens of the JSON pointer of the part, below the operation. */
  readonly below: readonly (string | number)[]

  constructor(reason: string, below: readonly (string | number)[] = []) {
    super(reason)
    this.below = below
  }

  /** JSON pointer of the part, in an operation that stands at `pointer`. */
  pointerFrom(pointer: readonly (string | number)[]): string {
    return pointerOf([...pointer, ...this.below])
  }
}
