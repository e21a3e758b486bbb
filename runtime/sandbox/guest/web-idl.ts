/** What a web API makes of a value where it wants text (Web IDL, section 3.2.10). @throws TypeError for symbols */
export function toDomString(value: unknown): string {
  // concat converts whatever it is, which String() would do for symbols too.
  return ''.concat(value as string)
}

/** The same without lone surrogates (Web IDL, section 3.2.12). */
export function toUsvString(value: unknown): string {
  return toDomString(value).toWellFormed()
}
