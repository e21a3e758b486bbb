/** A request that a Worker has answered, as far as the platform tells it. */
export interface AnsweredRequest {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly status?: number | undefined
  /** From its start until nothing of the Worker was to run any more; the platform rounds it. */
  readonly wallMs?: number | undefined
}

/** `POST /mcp 200 (12 ms)`. Without the query, which may hold what is nobody's business. */
export function requestLine({ method = '', url = '', status, wallMs }: AnsweredRequest): string {
  const path = URL.canParse(url) ? new URL(url).pathname : url
  const took = wallMs === undefined ? [] : [`(${Math.round(wallMs)} ms)`]
  return [method, path, ...(status === undefined ? [] : [status]), ...took].join(' ')
}

/** The same for one request, however much of its answer is told. */
export function withoutAnswer(line: string): string {
  return line.replace(/(?: \d{3})?(?: \(\d+ ms\))?$/, '')
}
