/** A call that was not sent. The message tells the model what is wrong with it and what to do. */
export class CallRefused extends Error {
  override readonly name = 'CallRefused'
}
