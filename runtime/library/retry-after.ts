/**
 * How long an answer asks its caller to wait: a number of seconds, or a date (RFC 9110, section 10.2.3).
 * @param nowMs  milliseconds since 1970, UTC
 * @returns milliseconds, 0 for a date that has passed; undefined when the answer does not say, or not in these forms
 */
export function retryAfterMs(response: Response, nowMs: number): number | undefined {
  const value = response.headers.get('retry-after')?.trim()
  if (!value) return undefined
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1_000
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs)
}
