import { descriptionTooLarge } from './text-budget.ts'

/** Values of a document with its aliases written out; people's documents stay far below. */
const MOST_VALUES = 1_500_000

/**
 * Refuses a document whose YAML aliases multiply, or contain themselves: later steps would write each of them out. The
 * parser shares them, so each is counted once and added wherever it stands.
 * @throws MetaError DESCRIPTION_TOO_LARGE
 */
export function refuseMultipliedAliases(document: unknown): void {
  const sizes = new Map<object, number>()
  const sizeOf = (value: unknown): number => {
    if (typeof value !== 'object' || value === null) return 1
    const known = sizes.get(value)
    if (known === COUNTING) throw descriptionTooLarge('has a YAML alias that contains itself')
    if (known !== undefined) return known
    sizes.set(value, COUNTING)
    let size = 1
    for (const member of Object.values(value)) size += sizeOf(member)
    if (size > MOST_VALUES) throw descriptionTooLarge(`holds more than ${MOST_VALUES} values with its aliases`)
    sizes.set(value, size)
    return size
  }
  sizeOf(document)
}

const COUNTING = -1
