import { RPC_CODES, RpcError } from '../protocol/json-rpc.ts'

/** An answer to the client that comes from here, not from the server: a login is missing, a rule forbids the way. */
export class LocalFailure extends RpcError {
  /** @param fix  the next step */
  constructor(message: string, fix: string, cause?: unknown) {
    super(RPC_CODES.internal, `${message} ${fix}`)
    this.cause = cause
  }
}
