/** A server that can answer. Its host must be among the hosts of the tools, too. */
export interface Upstream {
  readonly name: string
  /** Without a slash at the end. */
  readonly baseUrl: string
  /** How much of the work it gets where the rule is "weighted". */
  readonly weight: number
  /** Paths that begin so are its own; "/" is every path. The longest that fits counts. */
  readonly paths: readonly string[]
  /** Answers below 500 when the server is well. */
  readonly healthPath: string
}

export const upstreams: readonly Upstream[] = [
  { name: 'first', baseUrl: 'https://one.api.example.com', weight: 3, paths: ['/'], healthPath: '/health' },
  { name: 'second', baseUrl: 'https://two.api.example.com', weight: 1, paths: ['/'], healthPath: '/health' },
]
