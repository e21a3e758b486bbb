import { PartSkipped } from '../openapi/part-skipped.ts'

/** Something that is referred to, but defined nowhere. */
export class MissingPart extends PartSkipped {
  override readonly name = 'MissingPart'
}
