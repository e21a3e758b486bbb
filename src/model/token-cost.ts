/** About how many tokens a model reads in a text: JSON and English come to some four characters each. */
export function tokensOf(value: unknown): number {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  return Math.ceil(text.length / 4)
}
