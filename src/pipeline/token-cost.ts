export { tokensOf } from '../model/token-cost.ts'

/** The four tools of a server that is searched, however many stand behind them. */
export const SEARCH_EXPOSURE_TOKENS = 560
