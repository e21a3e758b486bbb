/** The endpoint did not answer. `wasSent` is false only when it certainly never saw the request. */
export class EndpointGone extends Error {
  override readonly name = 'EndpointGone'
  readonly wasSent: boolean

  constructor(wasSent: boolean, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.wasSent = wasSent
  }
}

/** The endpoint lives, but no longer knows the session, and so did nothing. */
export class SessionForgotten extends EndpointGone {
  constructor() {
    super(false, new Error('The endpoint forgot the session.'))
  }
}
