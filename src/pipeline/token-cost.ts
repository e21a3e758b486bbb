/** About how many tokens a model reads in a text: JSON and English come to some four characters each. */
export function tokensOf(value: unknown): number {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  return Math.ceil(text.length / 4)
}

/** The four tools of a server that is searched, however many stand behind them. */
export const SEARCH_EXPOSURE_TOKENS = 560
